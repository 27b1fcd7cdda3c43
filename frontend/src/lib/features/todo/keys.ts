import type { Command } from '$lib/command/commands.svelte';
import { t } from '$lib/i18n/index.svelte';
import { setQuery } from '$lib/state/query';
import type { Room } from './room.svelte';

/** What keys do on the page of to-dos: with all that are selected, else with the row one is at. */
export function todoKeys(room: Room, ownOrder: () => void): Command[] {
  const some = () => room.targets.length > 0;
  const at = () => room.cursor.id !== undefined && room.ids.includes(room.cursor.id);
  const inList = () => at() && document.activeElement?.closest('[data-cursor]') !== null;
  const toggle = () => room.complete(room.targets, room.targets.some((id) => !room.find(id)?.completed));
  const key = (id: string, title: string, keys: string | string[], run: Command['run'], when?: () => boolean, hidden = true): Command => ({ id: `todo ${id}`, group: 'here', title, keys, run, hidden, ...(when && { when }) });
  return [
    key('next', t.command.listNext, 'j', () => room.cursor.move(1)),
    key('previous', t.command.listPrevious, 'k', () => room.cursor.move(-1)),
    { id: 'todo down', group: 'here', title: t.command.listNext, keys: 'ArrowDown', hidden: true, when: inList, run: () => room.cursor.move(1) },
    { id: 'todo up', group: 'here', title: t.command.listPrevious, keys: 'ArrowUp', hidden: true, when: inList, run: () => room.cursor.move(-1) },
    key('open', t.command.listOpen, ['Enter', 'o'], () => setQuery({ open: String(room.cursor.id) }), at),
    key('edit', t.todo.rename, 'e', () => room.edit(room.cursor.id!), at),
    key('done', t.command.listDone, ['d', ' '], toggle, some),
    key('select', t.command.listSelect, 'x', () => room.select(room.cursor.id!), at),
    key('select to', t.todo.selectTo, 'X', () => room.select(room.cursor.id!, true), at),
    key('select all', t.todo.selectAll, 'Mod+a', () => room.selectAll(), undefined, false),
    key('unselect', t.todo.unselect, 'Escape', () => room.unselect(), () => room.selected.size > 0 || room.selecting),
    key('due', t.todo.setDue, 'D', () => room.menuByKey('due'), some, false),
    key('priority', t.todo.setPriority, 'P', () => room.menuByKey('priority'), some, false),
    key('tags', t.todo.setTags, 'T', () => room.menuByKey('tags'), some, false),
    key('project', t.todo.setProject, 'M', () => room.menuByKey('project'), some, false),
    key('up', t.todo.moveUp, 'Alt+ArrowUp', () => room.step(-1, ownOrder), at),
    key('down', t.todo.moveDown, 'Alt+ArrowDown', () => room.step(1, ownOrder), at),
    key('delete', t.command.listDelete, ['Delete', 'Backspace', '#'], () => room.remove(room.targets), some),
  ];
}
