import { takenDay, words, type Reading } from './scan';
import { aNumber, numberOf } from './words';

/** A time of day, HH:MM, or a span of two; `days` from today, where the words say the day too. */
export type Time = { time: string; end?: string; days?: number };

const clock = '(\\d{1,2})(?:[:.h](\\d{2}))?';

function hhmm(hour: number, minute: number, half = ''): string | undefined {
  const h = half ? (hour % 12) + (/^p/i.test(half) ? 12 : 0) : hour;
  if (hour < 0 || h > 23 || minute > 59 || (half && (hour < 1 || hour > 12))) return undefined;
  return `${String(h).padStart(2, '0')}:${String(minute).padStart(2, '0')}`;
}

const one = (h: string | undefined, m: string | undefined, half?: string): Time | undefined => {
  const time = hhmm(Number(h), Number(m ?? 0), half);
  return time === undefined ? undefined : { time };
};

/** Two times, where the first may take its am or pm from the second. */
function span(m: RegExpExecArray): Time | undefined {
  const [, h1, m1, half1, h2, m2, half2] = m;
  const end = hhmm(Number(h2), Number(m2 ?? 0), half2);
  let time = hhmm(Number(h1), Number(m1 ?? 0), half1 ?? half2);
  if (time && end && !half1 && half2 && time > end) time = hhmm(Number(h1), Number(m1 ?? 0)); // 11-1pm
  return time && end ? { time, end } : undefined;
}

const partsOfDay: [string, string][] = [
  ['morning|morgens?|früh|vormittags?', '09:00'],
  ['noon|mittags?', '12:00'],
  ['afternoon|nachmittags?', '15:00'],
  ['evening|night|abends?', '19:00'],
];
const afterDay = `(?<=${takenDay} ?)`;

/** What a part of the day is, by its name in either language. */
export const partOfDay = (word: string): string | undefined => partsOfDay.find(([source]) => new RegExp(`^(?:${source})$`, 'iu').test(word))?.[1];

/** All ways to say a time of day, at HH:MM. They are read after days, of which marks alone are left. */
export const timeReadings = (now: string): Reading<Time>[] => [
  { pattern: words(`(?:from |von |@ ?)?${clock} ?([ap]m)?\\s?(?:-|–|to|bis|until)\\s?${clock} ?([ap]m|uhr)`), read: (m) => span(withoutUhr(m)) },
  { pattern: words('(?:from |von |@ ?)?(\\d{1,2}):(\\d{2})()\\s?(?:-|–|to|bis|until)\\s?(\\d{1,2}):(\\d{2})()'), read: (m) => span(blankHalves(m)) },
  { pattern: words('(?:from|von) (\\d{1,2})(?::(\\d{2}))?()\\s?(?:-|–|to|bis|until)\\s?(\\d{1,2})(?::(\\d{2}))?()'), read: (m) => span(blankHalves(m)) },
  { pattern: words('(?:(?:at|um|ab|gegen|by|bis|until) |@ ?)?(\\d{1,2}):(\\d{2})(?: ?uhr)?'), read: (m) => one(m[1], m[2]) },
  { pattern: words('(?:(?:at|by|until) |@ ?)?(\\d{1,2})(?:[:.](\\d{2}))? ?([ap])\\.?m\\.?'), read: (m) => one(m[1], m[2], m[3]) },
  { pattern: words('(?:(?:um|ab|gegen|bis) )?(\\d{1,2})(?:[:.](\\d{2}))? ?uhr'), read: (m) => one(m[1], m[2]) },
  { pattern: words('um (\\d{1,2})(?:[:.](\\d{2}))?'), read: (m) => one(m[1], m[2]) },
  { pattern: words('at (\\d{1,2})(?:\\.(\\d{2}))?'), read: (m) => one(m[1], m[2]) },
  { pattern: words('(?:um )?halb (\\d{1,2}|eins|zwei|drei|vier|fünf|sechs|sieben|acht|neun|zehn|elf|zwölf)'), read: (m) => half(m[1]!) },
  { pattern: words('at noon|at midday'), read: () => ({ time: '12:00' }) },
  { pattern: words('at midnight|um mitternacht'), read: () => ({ time: '00:00' }) },
  { pattern: words('tonight'), read: () => ({ time: '19:00', days: 0 }) },
  { pattern: words('this (morning|afternoon|evening)'), read: (m) => ({ time: partOfDay(m[1]!)!, days: 0 }) },
  ...partsOfDay.map(([source, time]): Reading<Time> => ({ pattern: words(`(?:${afterDay}|in the |at |am )(?:${source})`), read: () => ({ time }) })),
  { pattern: words(`in (${aNumber}|half an|einer halben) (minutes?|mins?|minuten?|hours?|hrs?|stunden?)`), read: (m) => later(now, m[1]!, m[2]!) },
];

function later(now: string, count: string, unit: string): Time | undefined {
  const hour = /^[hs]/i.test(unit);
  const n = /hal/i.test(count) ? 0.5 : numberOf(count);
  const at = Number(now.slice(0, 2)) * 60 + Number(now.slice(3, 5)) + n * (hour ? 60 : 1);
  const time = hhmm(Math.floor(at / 60) % 24, at % 60);
  return time === undefined ? undefined : { time, days: Math.floor(at / (24 * 60)) };
}

const hours = ['', 'eins', 'zwei', 'drei', 'vier', 'fünf', 'sechs', 'sieben', 'acht', 'neun', 'zehn', 'elf', 'zwölf'];

/** "halb acht" is half past seven. */
function half(word: string): Time | undefined {
  const hour = Number(word) || hours.indexOf(word.toLowerCase());
  return hour >= 1 && hour <= 24 ? one(String(hour - 1), '30') : undefined;
}

function withoutUhr(m: RegExpExecArray): RegExpExecArray {
  if (/uhr/i.test(m[6] ?? '')) delete m[6];
  return m;
}

function blankHalves(m: RegExpExecArray): RegExpExecArray {
  delete m[3];
  delete m[6];
  return m;
}

/** How long something takes, in minutes. */
export const durationReadings: Reading<number>[] = [
  { pattern: words('(?:(?:for|lasting|für|fuer) )?(\\d{1,2})\\s?h(?:\\s?(\\d{1,2})(?:\\s?m(?:in)?)?)?'), read: (m) => minutes(+m[1]! * 60 + Number(m[2] ?? 0)) },
  { pattern: words('(?:(?:for|lasting|für|fuer) )?(\\d{1,2}(?:[.,]\\d{1,2})?) ?(?:hours?|hrs?|h|stunden?|std\\.?)'), read: (m) => minutes(Number(m[1]!.replace(',', '.')) * 60) },
  { pattern: words('(?:(?:for|lasting|für|fuer) )?(\\d{1,3}) ?(?:minutes?|mins?|minuten?)'), read: (m) => minutes(+m[1]!) },
  { pattern: words('for an hour|für eine stunde|eine stunde lang'), read: () => 60 },
  { pattern: words('for half an hour|(?:für )?eine halbe stunde'), read: () => 30 },
  { pattern: words('all day|ganztägig|ganztags'), read: () => 0 },
];

const minutes = (n: number) => (n > 0 && n <= 24 * 60 ? Math.round(n) : undefined);
