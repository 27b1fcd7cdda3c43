// Reads a line such as "Pay rent tomorrow 18:00 !high #home every month" or
// "Miete übermorgen" into a title and fields. English and German are read side by
// side: people mix them, and their words hardly meet.

import { parseDate } from '@internationalized/date';
import { dateReadings } from './dates';
import { repeatReadings } from './repeat';
import { Scan, takenDay, type Found, type Reading } from './scan';
import { durationReadings, timeReadings } from './times';

export type Priority = 'low' | 'medium' | 'high';

/** A piece that was understood: `text` as it was typed. */
export type Part = { kind: 'date' | 'time' | 'duration' | 'priority' | 'tag' | 'project' | 'repeat'; text: string; from: number };

export type Parsed = {
  /** What is left when all that was understood is taken out. */
  title: string;
  /** YYYY-MM-DD */
  date?: string;
  /** The last day of something that takes several, YYYY-MM-DD. */
  endDate?: string;
  /** HH:MM */
  time?: string;
  endTime?: string;
  /** In minutes; 0 is all day. */
  duration?: number;
  priority?: Priority;
  tags: string[];
  project?: string;
  /** RFC 5545, without RRULE: */
  repeat?: string;
  repeatFrom?: 'due' | 'completion';
  parts: Part[];
};

export type Options = {
  /** The user's day, YYYY-MM-DD, and time of day, HH:MM. */
  today: string;
  now: string;
  /** 0 Sunday, 1 Monday. */
  weekStart?: number;
  /** 3/4 is the fourth of March. */
  monthFirst?: boolean;
  /** Reads durations, spans and last days too: events have them, to-dos do not. */
  event?: boolean;
  /** Pieces that are to stay words, as typed, in lower case. */
  plain?: ReadonlySet<string>;
};

const priorities: Record<string, Priority> = {
  high: 'high', hoch: 'high', wichtig: 'high', '1': 'high', '!!': 'high',
  medium: 'medium', med: 'medium', mittel: 'medium', '2': 'medium', '!': 'medium',
  low: 'low', niedrig: 'low', gering: 'low', '3': 'low',
};
const priority: Reading<Priority>[] = [
  { pattern: /(?<=^|\s)!([\p{L}]+|[123]|!{1,2})(?=$|\s)/giu, read: (m) => priorities[m[1]!.toLowerCase()] },
];
const tag: Reading<string>[] = [
  { pattern: /(?<=^|\s)#([\p{L}\p{N}_/-]{1,100})(?=$|[\s,;])/giu, read: (m) => (/^\d+$/.test(m[1]!) ? undefined : m[1]) },
];
const project: Reading<string>[] = [
  { pattern: /(?<=^|\s)(?:p|project|projekt):\s?(?:"([^"]+)"|“([^”]+)”|„([^“”]+)[“”]|([^\s"]+))/giu, read: (m) => (m[1] ?? m[2] ?? m[3] ?? m[4])?.trim() },
];

/** Reads a line. What it says of days, times and so on is taken out of the title, unless nothing would be left of that. */
export function parse(text: string, options: Options): Parsed {
  const scan = new Scan(text, options.plain);
  const today = parseDate(options.today);
  const out: Parsed = { title: '', tags: [], parts: [] };
  const take = (kind: Part['kind'], found: Found<unknown>, mark?: string) => out.parts.push({ kind, text: scan.take(found, mark), from: found.from });

  const important = scan.all(priority).at(-1);
  if (important) {
    out.priority = important.value;
    take('priority', important);
  }
  for (const found of scan.all(tag)) {
    if (!out.tags.includes(found.value)) out.tags.push(found.value);
    take('tag', found);
  }
  const inProject = scan.all(project).at(-1);
  if (inProject) {
    out.project = inProject.value;
    take('project', inProject);
  }

  const repeated = scan.all(repeatReadings(today)).at(-1);
  if (repeated) {
    out.repeat = repeated.value.rule;
    out.repeatFrom = repeated.value.fromCompletion ? 'completion' : 'due';
    take('repeat', repeated);
  }

  // The last day named is the one meant: "Prepare Friday's meeting tomorrow".
  const dates = scan.all(dateReadings({ today, weekStart: options.weekStart ?? 1, monthFirst: options.monthFirst ?? false }));
  const last = dates.at(-1);
  const from = options.event ? dates.at(-2) : undefined;
  if (last && from && spans(text, from, last) && last.value.compare(from.value) >= 0) {
    out.date = from.value.toString();
    out.endDate = last.value.toString();
    take('date', { ...from, to: last.to }, takenDay);
  } else if (last) {
    out.date = last.value.toString();
    take('date', last, takenDay);
  }

  const at = scan.all(timeReadings(options.now)).at(-1);
  if (at) {
    out.time = at.value.time;
    if (at.value.end && options.event) out.endTime = at.value.end;
    if (at.value.days !== undefined && !out.date) out.date = today.add({ days: at.value.days }).toString();
    take('time', at);
  } else if (repeated?.value.time) {
    out.time = repeated.value.time;
  }
  if (options.event) {
    const long = scan.all(durationReadings).at(-1);
    if (long) {
      out.duration = long.value;
      take('duration', long);
    }
  }

  out.title = scan.left();
  if (out.title === '') return { title: text.trim().replace(/\s+/g, ' '), tags: [], parts: [] };

  // A rule needs a first day; a time alone is the next such time.
  if (out.repeat && !out.date) out.date = (repeated!.value.start ?? today).toString();
  if (out.time && !out.date) out.date = (out.time > options.now ? today : today.add({ days: 1 })).toString();
  out.parts.sort((a, b) => a.from - b.from);
  return out;
}

/** Whether two days are the ends of one span: "24.12. bis 26.12.". */
function spans(text: string, from: Found<unknown>, last: Found<unknown>): boolean {
  const between = text.slice(from.to, last.from).trim();
  return /^(?:-|–|to|until|bis)$/i.test(between) || (between === '' && /^(?:until|bis) /i.test(text.slice(last.from)));
}
