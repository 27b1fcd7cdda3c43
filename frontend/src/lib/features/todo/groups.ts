// From the to-dos as they are stored to the rows of the page.

import { folded } from '$lib/features/shell/rank';
import type { Priority, Todo } from './todos';

export type Sort = 'due_date' | 'position' | 'priority' | 'title' | '-created_at';
export const sorts: Sort[] = ['due_date', 'position', 'priority', 'title', '-created_at'];

/** What of the to-dos is shown; all of them when a field is missing. The page keeps it in its address. */
export type Filter = { q?: string; priority?: Priority; category?: string; tag?: string; project?: number; person?: number };

/** Groups in the order of the page. `mine` is the one group of the user's own order. */
export const groupNames = ['overdue', 'today', 'next', 'later', 'none'] as const;
export type GroupName = (typeof groupNames)[number] | 'mine' | 'done';

export type TodoRow = {
  kind: 'todo';
  key: string;
  todo: Todo;
  group: GroupName;
  /** 0 for a to-do of its own, 1 for a part of one, … */
  depth: number;
  /** How many open parts it has, in the list or not. */
  parts: number;
  /** Its parts are hidden under it. */
  folded: boolean;
};
export type GroupRow = { kind: 'group'; key: string; group: GroupName; count: number | undefined; closed: boolean };
export type Row = TodoRow | GroupRow | { kind: 'more'; key: string };

/** A moment on the user's clock: YYYY-MM-DD, HH:MM, and the last day of what comes next. */
export type Moment = { today: string; time: string; week: string };

/** As the server sorts by due date: days, a day without a time before its times, none last. */
export function dueKey(t: Todo): string {
  return t.due_date === null ? '~' : t.due_time === null ? t.due_date : `${t.due_date}T${t.due_time}`;
}

export function byDue(a: Todo, b: Todo): number {
  const [x, y] = [dueKey(a), dueKey(b)];
  return x < y ? -1 : x > y ? 1 : a.id - b.id;
}

/** The last changed first, as the done ones are read. */
export function byChange(a: Todo, b: Todo): number {
  return a.updated_at < b.updated_at ? 1 : a.updated_at > b.updated_at ? -1 : b.id - a.id;
}

/** The group of an open to-do. Due today at a time that has passed is overdue, as the server counts. */
export function groupOf(t: Todo, at: Moment): (typeof groupNames)[number] {
  if (t.due_date === null) return 'none';
  if (t.due_date < at.today) return 'overdue';
  if (t.due_date === at.today) return t.due_time !== null && t.due_time < at.time ? 'overdue' : 'today';
  return t.due_date <= at.week ? 'next' : 'later';
}

const texts = new WeakMap<Todo, string>();

function textOf(t: Todo): string {
  let text = texts.get(t);
  if (text === undefined) texts.set(t, (text = folded([t.title, t.description, t.category, ...t.tags].join('\n'))));
  return text;
}

/** Whether a to-do is one of those asked for. */
export function accepts(f: Filter): (t: Todo) => boolean {
  const q = folded(f.q?.trim() ?? '');
  const tag = f.tag === undefined ? undefined : folded(f.tag);
  return (t) =>
    (f.priority === undefined || t.priority === f.priority) &&
    (f.category === undefined || t.category === f.category) &&
    (f.project === undefined || t.project_id === f.project) &&
    (f.person === undefined || t.person_id === f.person) &&
    (tag === undefined || t.tags.some((x) => folded(x) === tag)) &&
    (q === '' || textOf(t).includes(q));
}

const rank = { none: 0, low: 1, medium: 2, high: 3 };
const collator = new Intl.Collator(undefined, { sensitivity: 'base', numeric: true });

const orders: Record<Sort, (a: Todo, b: Todo) => number> = {
  due_date: (a, b) => {
    const [x, y] = [dueKey(a), dueKey(b)];
    return x < y ? -1 : x > y ? 1 : rank[b.priority] - rank[a.priority] || a.position - b.position || a.id - b.id;
  },
  position: (a, b) => a.position - b.position || a.id - b.id,
  priority: (a, b) => rank[b.priority] - rank[a.priority] || orders.due_date(a, b),
  title: (a, b) => collator.compare(a.title, b.title) || a.id - b.id,
  '-created_at': (a, b) => b.id - a.id,
};

export type Shown = {
  filter: Filter;
  sort: Sort;
  at: Moment;
  /** Groups that are closed, and to-dos whose parts are. */
  closed: ReadonlySet<GroupName>;
  folded: ReadonlySet<number>;
};

/**
 * The rows of the open to-dos. A part stands under its whole, unless it is due
 * in an earlier group: nothing urgent hides behind something that can wait.
 */
export function rowsOf(open: readonly Todo[], shown: Shown): Row[] {
  const accepted = open.filter(accepts(shown.filter));
  const byId = new Map(accepted.map((t) => [t.id, t]));
  const mine = shown.sort === 'position';
  const groupAt = (t: Todo) => (mine ? 0 : groupNames.indexOf(groupOf(t, shown.at)));
  const openParts = new Map<number, number>();
  for (const t of open) if (t.parent_id !== null) openParts.set(t.parent_id, (openParts.get(t.parent_id) ?? 0) + 1);

  const below = new Map<number, Todo[]>();
  const heads: Todo[][] = groupNames.map(() => []);
  for (const t of accepted) {
    const whole = t.parent_id === null ? undefined : byId.get(t.parent_id);
    if (whole && groupAt(t) >= groupAt(whole)) {
      const parts = below.get(whole.id);
      if (parts) parts.push(t);
      else below.set(whole.id, [t]);
    } else heads[groupAt(t)]!.push(t);
  }

  const rows: Row[] = [];
  const order = orders[shown.sort];
  const put = (t: Todo, group: GroupName, depth: number) => {
    const parts = below.get(t.id) ?? [];
    const isFolded = shown.folded.has(t.id);
    rows.push({ kind: 'todo', key: `t${t.id}`, todo: t, group, depth, parts: openParts.get(t.id) ?? 0, folded: isFolded });
    // Parts keep the user's own order under their whole, whatever the page is sorted by.
    if (!isFolded) for (const p of parts.sort(orders.position)) put(p, group, depth + 1);
  };
  const treeSize = (t: Todo): number => 1 + (below.get(t.id) ?? []).reduce((n, p) => n + treeSize(p), 0);
  heads.forEach((all, i) => {
    const group: GroupName = mine ? 'mine' : groupNames[i]!;
    if (all.length === 0) return;
    const closed = shown.closed.has(group);
    rows.push({ kind: 'group', key: group, group, count: all.reduce((n, t) => n + treeSize(t), 0), closed });
    if (!closed) for (const t of all.sort(order)) put(t, group, 0);
  });
  return rows;
}

/** The ids of the rows from one to another, in the order of the page. */
export function between(rows: readonly Row[], a: number, b: number): number[] {
  const ids = rows.flatMap((r) => (r.kind === 'todo' ? [r.todo.id] : []));
  const [i, j] = [ids.indexOf(a), ids.indexOf(b)].sort((x, y) => x - y) as [number, number];
  return i < 0 ? [] : ids.slice(i, j + 1);
}

/** Where a to-do goes that moves by one among its neighbours of the same whole; undefined at an end. */
export function stepOf(rows: readonly Row[], id: number, step: 1 | -1): { after: number } | { before: number } | undefined {
  const all = rows.filter((r): r is TodoRow => r.kind === 'todo');
  const row = all.find((r) => r.todo.id === id);
  if (!row) return undefined;
  const siblings = all.filter((r) => r.group === row.group && r.depth === row.depth && r.todo.parent_id === row.todo.parent_id);
  const beside = siblings[siblings.indexOf(row) + step];
  if (!beside) return undefined;
  return step > 0 ? { after: beside.todo.id } : { before: beside.todo.id };
}
