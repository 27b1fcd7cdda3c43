import { describe, expect, test } from 'vitest';
import { accepts, between, byDue, groupOf, rowsOf, stepOf, type Filter, type Moment, type Row, type Shown } from './groups';
import type { Todo } from './todos';

const at: Moment = { today: '2026-11-25', time: '10:00', week: '2026-12-02' };
let next = 1;
const todo = (title: string, fields: Partial<Todo> = {}): Todo => {
  const id = fields.id ?? next++;
  return {
    id, uid: `u${id}`, title, description: '', priority: 'none', due_date: null, due_time: null, completed: false, completed_at: null, category: '', tags: [],
    recurrence_rule: '', recurrence_text: '', repeat_from: 'due', project_id: null, person_id: null, location_id: null, parent_id: null, position: id * 1024, reminders: [],
    created_at: '2026-01-01T00:00:00Z', updated_at: '2026-01-01T00:00:00Z', ...fields,
  };
};
const shown = (more: Partial<Shown> = {}): Shown => ({ filter: {}, sort: 'due_date', at, closed: new Set(), folded: new Set(), ...more });
const said = (rows: Row[]) => rows.map((r) => (r.kind === 'group' ? `# ${r.group} ${r.count}` : r.kind === 'todo' ? `${'  '.repeat(r.depth)}${r.todo.title}` : '…'));

test.each<[string | null, string | null, string]>([
  ['2026-11-24', null, 'overdue'],
  ['2026-11-25', null, 'today'],
  ['2026-11-25', '09:59', 'overdue'],
  ['2026-11-25', '10:00', 'today'],
  ['2026-11-26', '00:00', 'next'],
  ['2026-12-02', null, 'next'],
  ['2026-12-03', null, 'later'],
  [null, null, 'none'],
])('%s %s is %s', (due_date, due_time, want) => {
  expect(groupOf(todo('x', { due_date, due_time }), at)).toBe(want);
});

test('due dates sort as the server sorts them', () => {
  const all = [todo('none'), todo('timed', { due_date: '2026-11-26', due_time: '08:00' }), todo('day', { due_date: '2026-11-26' }), todo('before', { due_date: '2026-11-25', due_time: '23:00' })];
  expect(all.sort(byDue).map((t) => t.title)).toEqual(['before', 'day', 'timed', 'none']);
});

describe('filters', () => {
  const water = todo('Water the Fern', { priority: 'high', category: 'home', tags: ['Plants', 'Üben'], project_id: 3, person_id: 5, description: 'twice' });
  test.each<[Filter, boolean]>([
    [{}, true],
    [{ q: 'fern' }, true],
    [{ q: ' TWICE ' }, true],
    [{ q: 'uben' }, true],
    [{ q: 'cactus' }, false],
    [{ priority: 'high' }, true],
    [{ priority: 'low' }, false],
    [{ category: 'home' }, true],
    [{ category: 'Home' }, false],
    [{ tag: 'plants' }, true],
    [{ tag: 'plant' }, false],
    [{ project: 3, person: 5 }, true],
    [{ project: 3, person: 6 }, false],
  ])('%j takes it: %s', (filter, want) => {
    expect(accepts(filter)(water)).toBe(want);
  });
});

describe('rows', () => {
  const move = todo('Move house', { id: 100, due_date: '2026-12-20' });
  const boxes = todo('Boxes', { id: 101, parent_id: 100, position: 2 });
  const van = todo('Van', { id: 102, parent_id: 100, position: 1, due_date: '2026-12-21' });
  const notice = todo('Give notice', { id: 103, parent_id: 100, due_date: '2026-11-25' });
  const tape = todo('Tape', { id: 104, parent_id: 101 });
  const all = [notice, move, van, boxes, tape];

  test('parts stand under their whole, but for the more urgent', () => {
    expect(said(rowsOf(all, shown()))).toEqual(['# today 1', 'Give notice', '# later 4', 'Move house', '  Van', '  Boxes', '    Tape']);
  });

  test('folded and closed, counts stay', () => {
    expect(said(rowsOf(all, shown({ folded: new Set([100]) })))).toEqual(['# today 1', 'Give notice', '# later 4', 'Move house']);
    expect(said(rowsOf(all, shown({ closed: new Set(['later']) })))).toEqual(['# today 1', 'Give notice', '# later 4']);
  });

  test('a part whose whole is filtered away stands alone', () => {
    expect(said(rowsOf(all, shown({ filter: { q: 'tape' } })))).toEqual(['# none 1', 'Tape']);
  });

  test('a to-do knows how many open parts it has, shown or not', () => {
    const row = rowsOf(all, shown({ filter: { q: 'move' } })).find((r) => r.kind === 'todo');
    expect(row).toMatchObject({ parts: 3 });
  });

  test('in one’s own order there is one group', () => {
    expect(said(rowsOf(all, shown({ sort: 'position' })))).toEqual(['# mine 5', 'Move house', '  Van', '  Boxes', '    Tape', '  Give notice']);
  });

  test.each<[Shown['sort'], string[]]>([
    ['priority', ['c', 'b', 'a']],
    ['title', ['a', 'b', 'c']],
    ['-created_at', ['b', 'a', 'c']],
  ])('sorted by %s within a group', (sort, want) => {
    const some = [todo('c', { priority: 'high' }), todo('a'), todo('b', { priority: 'low' })];
    expect(said(rowsOf(some, shown({ sort }))).slice(1)).toEqual(want);
  });

  test('a circle of parts does not hang the page', () => {
    const a = todo('a', { id: 200, parent_id: 201 });
    const b = todo('b', { id: 201, parent_id: 200 });
    expect(rowsOf([a, b], shown())).toBeDefined();
  });

  test('between two rows, whichever comes first', () => {
    const rows = rowsOf(all, shown());
    expect(between(rows, 103, 102)).toEqual([103, 100, 102]);
    expect(between(rows, 102, 103)).toEqual([103, 100, 102]);
    expect(between(rows, 1, 103)).toEqual([]);
  });

  test('a step stays among the parts of one whole', () => {
    const rows = rowsOf(all, shown({ sort: 'position' }));
    expect(stepOf(rows, 102, 1)).toEqual({ after: 101 });
    expect(stepOf(rows, 101, 1)).toEqual({ after: 103 });
    expect(stepOf(rows, 101, -1)).toEqual({ before: 102 });
    expect(stepOf(rows, 102, -1)).toBeUndefined();
    expect(stepOf(rows, 104, 1)).toBeUndefined();
  });

  test('ten thousand lose none', () => {
    const many = Array.from({ length: 10_000 }, (_, i) => todo(`To-do ${i}`, { id: 1000 + i, due_date: i % 3 ? `2026-12-${String((i % 28) + 1).padStart(2, '0')}` : null, parent_id: i % 5 ? null : 100 }));
    const ids = rowsOf([move, ...many], shown()).flatMap((r) => (r.kind === 'todo' ? [r.todo.id] : []));
    expect(new Set(ids).size).toBe(10_001);
  });
});
