import type { Dashboard } from '$lib/api/types';

/** One line of the day. `at` is empty where it takes the whole day; times sort as text. */
export type Line = { key: string; kind: 'event' | 'todo' | 'reminder'; id: number; href: string; title: string; at: string; end: string; color: string; note: string; cancelled: boolean };

type Clock = {
  /** The wall-clock time, HH:MM, of an instant or a local time; "" before the day, "24:00" after it. */
  onDay: (moment: string, day: string) => string;
};

/** All of a day in its order: what takes the whole day, then by time. */
export function timeline(d: Dashboard, colors: Map<number, string>, { onDay }: Clock): Line[] {
  const lines: Line[] = d.events_today.map((e) => {
    const starts = e.all_day ? '' : onDay(e.start, d.date);
    const ends = e.all_day ? '' : onDay(e.end, d.date);
    return {
      key: `event ${e.id} ${e.occurrence ?? ''}`, kind: 'event', id: e.id, title: e.title,
      href: `/calendar?open=${e.id}${e.occurrence ? `&occurrence=${encodeURIComponent(e.occurrence)}` : ''}`,
      at: starts, end: ends === '24:00' ? '' : ends, color: e.color || (colors.get(e.calendar_id) ?? ''), note: e.location, cancelled: e.status === 'cancelled',
    };
  });
  for (const todo of d.upcoming_todos) {
    if (todo.due_date !== d.date || !todo.due_time) continue;
    lines.push({ key: `todo ${todo.id}`, kind: 'todo', id: todo.id, title: todo.title, href: `/todos?open=${todo.id}`, at: todo.due_time, end: '', color: '', note: '', cancelled: false });
  }
  for (const r of d.reminders) {
    const at = onDay(r.due_at, d.date);
    if (at === '' || at === '24:00') continue;
    lines.push({ key: `reminder ${r.id}`, kind: 'reminder', id: r.id, title: r.title, href: `/reminders?open=${r.id}`, at, end: '', color: '', note: '', cancelled: false });
  }
  return lines.sort((a, b) => a.at.localeCompare(b.at) || a.title.localeCompare(b.title));
}
