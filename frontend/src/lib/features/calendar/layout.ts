// Where items go: lanes of bars in a row of days, columns beside each other in a day.

import { addDays, DAY, days, isBar, length, type Item } from './item';

/** A piece of an item in a row of days. */
export type Bar = {
  item: Item;
  /** Which day of the row it begins on, counted from 0, and how many it covers. */
  column: number;
  span: number;
  lane: number;
  /** It goes on before or after this row. */
  before: boolean;
  after: boolean;
};

/** Lays items out in lanes over a row of days. Items come in order; each takes the first lane that is free. */
export function lanes(items: Item[], first: string, count: number): Bar[] {
  const last = addDays(first, count - 1);
  const free: number[] = []; // by lane: the first column that is free
  const bars: Bar[] = [];
  const here = items
    .filter((i) => i.first <= last && monthLast(i) >= first)
    .map((item) => {
      const column = Math.max(0, days(first, item.first));
      const end = Math.min(count - 1, days(first, monthLast(item)));
      return { item, column, span: end - column + 1, before: item.first < first, after: monthLast(item) > last };
    })
    .sort((a, b) => a.column - b.column || Number(isBar(b.item)) - Number(isBar(a.item)) || (isBar(a.item) ? b.span - a.span : 0));
  for (const bar of here) {
    let lane = free.findIndex((column) => column <= bar.column);
    if (lane < 0) lane = free.length;
    free[lane] = bar.column + bar.span;
    bars.push({ ...bar, lane });
  }
  return bars;
}

/** The last day on which a row of days shows it: a night out stays on its evening. */
function monthLast(i: Item): string {
  return isBar(i) ? i.last : i.first;
}

/** The bars of a row that has room for some lanes, and how many items each day keeps back. */
export function fit(bars: Bar[], count: number, room: number): { shown: Bar[]; hidden: number[] } {
  const hidden = Array<number>(count).fill(0);
  if (bars.every((b) => b.lane < room)) return { shown: bars, hidden };
  const covers = (b: Bar, day: number) => b.column <= day && day < b.column + b.span;
  const over = (day: number) => bars.filter((b) => b.lane >= room - 1 && covers(b, day)).length;
  const full = Array.from({ length: count }, (_, day) => bars.some((b) => b.lane >= room && covers(b, day)));
  const shown = bars.filter((b) => {
    if (b.lane < room - 1) return true;
    if (b.lane > room - 1) return false;
    // The last lane holds "+n more" on the days that are full, and what fits on the others.
    for (let d = b.column; d < b.column + b.span; d++) if (full[d]) return false;
    return true;
  });
  const kept = new Set(shown);
  for (let day = 0; day < count; day++) if (over(day) > 0) hidden[day] = bars.filter((b) => !kept.has(b) && covers(b, day)).length;
  return { shown, hidden };
}

/** A piece of an item in one day's column of hours. */
export type Block = {
  item: Item;
  /** Minutes into the day. */
  top: number;
  bottom: number;
  /** Which of how many columns it stands in, and how many it may cover. */
  column: number;
  columns: number;
  span: number;
  before: boolean;
  after: boolean;
};

const least = 30; // minutes that are drawn at least, so that a name can be read

/** Lays the items of one day out in columns; items that overlap stand beside each other. */
export function columns(items: Item[], day: string): Block[] {
  const blocks = items
    .filter((i) => !isBar(i) && i.first <= day && i.last >= day)
    .map((item): Block => {
      const top = item.first < day ? 0 : item.from;
      const bottom = item.last > day ? DAY : item.to;
      return { item, top: Math.min(top, DAY - least), bottom: Math.min(DAY, Math.max(bottom, top + least)), column: 0, columns: 1, span: 1, before: item.first < day, after: item.last > day };
    })
    .sort((a, b) => a.top - b.top || b.bottom - a.bottom || length(b.item) - length(a.item) || a.item.key.localeCompare(b.item.key));

  let group: Block[] = [];
  let ends: number[] = [];
  let groupEnd = -1;
  const close = () => {
    for (const b of group) {
      b.columns = ends.length;
      // It widens over the columns to its right that are free beside it.
      while (b.column + b.span < ends.length && !group.some((o) => o.column === b.column + b.span && o.top < b.bottom && b.top < o.bottom)) b.span++;
    }
    group = [];
    ends = [];
  };
  for (const b of blocks) {
    if (b.top >= groupEnd) close();
    let column = ends.findIndex((end) => end <= b.top);
    if (column < 0) column = ends.length;
    b.column = column;
    ends[column] = b.bottom;
    group.push(b);
    groupEnd = group.length === 1 ? b.bottom : Math.max(groupEnd, b.bottom);
  }
  close();
  return blocks;
}

/** Items that found no room in a day's column, where they would stand. */
export type Rest = { top: number; bottom: number; count: number };

/** The blocks of a day that has room for some beside each other. Where more overlap, those to the right give way to their number. */
export function squeeze(blocks: Block[], room: number): { shown: Block[]; rest: Rest[] } {
  const shown: Block[] = [];
  const rest: Rest[] = [];
  for (const b of blocks) {
    if (b.columns <= room) shown.push(b);
    else if (b.column < room - 1) shown.push({ ...b, columns: room, span: Math.min(b.span, room - 1 - b.column) });
    else if (b.item.key === 'ghost') shown.push({ ...b, column: room - 1, columns: room, span: 1 });
    else {
      const last = rest.at(-1); // blocks come by their top
      if (last && b.top < last.bottom) {
        last.bottom = Math.max(last.bottom, b.bottom);
        last.count++;
      } else rest.push({ top: b.top, bottom: b.bottom, count: 1 });
    }
  }
  return { shown, rest };
}
