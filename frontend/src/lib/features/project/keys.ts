import type { Command } from '$lib/command/commands.svelte';
import { t } from '$lib/i18n/index.svelte';
import type { Cursor } from '$lib/ui/cursor.svelte';
import { taskStatuses } from './order';
import type { Room } from './room.svelte';

/** The keys that every view of tasks has. `change` says where the cursor goes when a task changes its place. */
export function taskKeys(room: Room, cursor: Cursor, open: (id: number) => void, change: (fn: () => unknown) => Promise<void>): Command[] {
  const task = () => (cursor.id === undefined ? undefined : room.find(cursor.id));
  const when = () => task() !== undefined;
  const may = () => when() && !room.fixed;
  return [
    { id: 'task next', group: 'here', title: t.command.listNext, keys: ['j', 'ArrowDown'], hidden: true, run: () => cursor.move(1) },
    { id: 'task previous', group: 'here', title: t.command.listPrevious, keys: ['k', 'ArrowUp'], hidden: true, run: () => cursor.move(-1) },
    { id: 'task open', group: 'here', title: t.project.taskEdit, keys: ['Enter', 'o'], hidden: true, when, run: () => open(cursor.id!) },
    { id: 'task done', group: 'here', title: t.command.listDone, keys: [' ', 'd'], when: may, run: () => change(() => room.setStatus(task()!, task()!.status === 'done' ? 'todo' : 'done')) },
    ...taskStatuses.map((s, i): Command => ({ id: `task ${s}`, group: 'here', title: t.project.taskStatus[s], keys: String(i + 1), when: may, run: () => change(() => room.setStatus(task()!, s)) })),
    { id: 'task delete', group: 'here', title: t.common.delete, keys: ['Delete', 'Backspace', '#'], when: may, run: () => cursor.stay(() => room.remove(task()!)) },
    { id: 'task add', group: 'here', title: t.project.addTask, keys: 'c', when: () => !room.fixed, run: () => document.getElementById('add-task')?.focus() },
  ];
}
