import { expect, test } from 'vitest';
import type { Dashboard } from '$lib/api/types';
import { timeline } from './timeline';

const event = (id: number, title: string, start: string, end: string, all_day = false) => ({
  id, title, start, end, all_day, occurrence: null, calendar_id: 1, color: '', location: '', starred: false, status: 'confirmed' as const,
});

const onDay = (moment: string, day: string) => (moment.slice(0, 10) < day ? '' : moment.slice(0, 10) > day ? '24:00' : moment.slice(11, 16));

test('the whole day comes first, then times; what began before the day has none', () => {
  const lines = timeline(
    {
      date: '2026-03-29',
      events_today: [
        event(1, 'Lunch', '2026-03-29T12:00:00', '2026-03-29T13:00:00'),
        event(2, 'Fair', '2026-03-29', '2026-03-30', true),
        event(3, 'Night train', '2026-03-28T22:00:00', '2026-03-29T07:00:00'),
        event(4, 'Party', '2026-03-29T22:00:00', '2026-03-30T02:00:00'),
      ],
      upcoming_todos: [
        { id: 5, title: 'Call', due_date: '2026-03-29', due_time: '11:30', priority: 'none', project_id: null },
        { id: 6, title: 'Some time', due_date: '2026-03-29', due_time: null, priority: 'none', project_id: null },
        { id: 7, title: 'Tomorrow', due_date: '2026-03-30', due_time: '09:00', priority: 'none', project_id: null },
      ],
      reminders: [
        { id: 8, title: 'Pills', due_at: '2026-03-29T08:00:00' },
        { id: 9, title: 'Later', due_at: '2026-03-30T08:00:00' },
      ],
    } as unknown as Dashboard,
    new Map([[1, '#112233']]),
    { onDay },
  );
  expect(lines.map((l) => [l.at, l.end, l.title])).toEqual([
    ['', '', 'Fair'],
    ['', '07:00', 'Night train'],
    ['08:00', '', 'Pills'],
    ['11:30', '', 'Call'],
    ['12:00', '13:00', 'Lunch'],
    ['22:00', '', 'Party'],
  ]);
  expect(lines[0]?.color).toBe('#112233');
});
