// The keyboard on the grid: the twin of everything a drag does.

import { deletable, movable, pathOf, tick, tickable } from './change';
import type { Desk } from './desk.svelte';
import { addDays, type Item } from './item';
import { weekOf } from './range';
import { settings } from '$lib/state/settings.svelte';

const sideways: Record<string, number> = { ArrowLeft: -1, ArrowRight: 1 };
const upright: Record<string, number> = { ArrowUp: -1, ArrowDown: 1 };
const grain = 15; // minutes

/** Keys while an item has the focus. */
export function onItem(desk: Desk, item: Item, e: KeyboardEvent): void {
  const side = sideways[e.key] ?? 0;
  const up = upright[e.key] ?? 0;
  if (e.ctrlKey || e.metaKey) return;
  if (e.altKey && (side || up)) {
    e.preventDefault();
    if (!movable(item)) return;
    if (e.shiftKey) desk.nudge(item, side || (item.allDay ? up : 0), item.allDay ? 0 : up * grain, true);
    else if (desk.view === 'month') desk.nudge(item, side + 7 * up, 0, false);
    else desk.nudge(item, side || (item.allDay ? up : 0), up * grain, false);
    return;
  }
  if (e.altKey) return;
  if (up) {
    e.preventDefault();
    along(desk, up as 1 | -1);
  } else if (side && desk.view !== 'agenda') {
    e.preventDefault();
    void desk.toDay(addDays(desk.cursor, side));
  } else if (e.key === 'Enter' || e.key === 'e') {
    e.preventDefault();
    desk.settle();
    desk.open(item, pathOf(item));
  } else if (['Delete', 'Backspace', '#'].includes(e.key) && deletable(item)) {
    e.preventDefault();
    void desk.remove(item);
  } else if (e.key === 'd' && tickable(item)) {
    e.preventDefault();
    void tick(desk.agenda, item);
  } else if (e.key === 'Escape') {
    e.preventDefault();
    void desk.toDay(desk.cursor);
  }
}

/** To the item before or after in the same day, and from the first one back to the day. */
function along(desk: Desk, by: 1 | -1): void {
  const box = document.activeElement?.closest('[popover]') ?? desk.root;
  const here = [...(box?.querySelectorAll<HTMLElement>('[data-key] button:not([tabindex="-1"])') ?? [])];
  const at = here.indexOf(document.activeElement as HTMLElement) + by;
  if (at < 0) void desk.toDay(desk.cursor);
  else here[at]?.focus();
}

/** Keys while a day has the focus. */
export function onDay(desk: Desk, day: string, e: KeyboardEvent): void {
  if (e.ctrlKey || e.metaKey || e.altKey) return;
  const week = weekOf(day, settings.weekStart);
  const inMonth = desk.view === 'month';
  const to = {
    ArrowLeft: addDays(day, -1),
    ArrowRight: addDays(day, 1),
    ...(inMonth && { ArrowUp: addDays(day, -7), ArrowDown: addDays(day, 7) }),
    Home: week,
    End: addDays(week, 6),
  }[e.key];
  if (to) {
    e.preventDefault();
    void desk.toDay(to);
  } else if (e.key === 'ArrowDown') {
    e.preventDefault();
    along(desk, 1);
  } else if (e.key === 'PageUp' || e.key === 'PageDown') {
    e.preventDefault();
    desk.turn(e.key === 'PageUp' ? -1 : 1);
  }
}

/** To the item before or after, wherever it is on the page. */
export function step(desk: Desk, by: 1 | -1): void {
  const shown = [...(desk.root?.querySelectorAll<HTMLElement>('[data-key]') ?? [])];
  const drawn = new Set(shown.map((el) => el.dataset.key));
  const items = desk.agenda.items.filter((i) => drawn.has(i.key));
  const key = document.activeElement?.closest<HTMLElement>('[data-key]')?.dataset.key;
  const at = items.findIndex((i) => i.key === key);
  const next = at >= 0 ? items[at + by] : by > 0 ? (items.find((i) => i.last >= desk.cursor) ?? items[0]) : items.findLast((i) => i.first < desk.cursor);
  if (next) desk.focus(next.key);
}
