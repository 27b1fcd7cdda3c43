// The words of time in English and German, each language with its short forms.

/** 1 Monday … 7 Sunday (ISO 8601). */
export const weekdayNames: Record<string, number> = {
  monday: 1, tuesday: 2, wednesday: 3, thursday: 4, friday: 5, saturday: 6, sunday: 7,
  montag: 1, dienstag: 2, mittwoch: 3, donnerstag: 4, freitag: 5, samstag: 6, sonnabend: 6, sonntag: 7,
};

/** Short forms are words of their own too ("sun", "so", "do"): they need a word before them that asks for a day, or to stand last. */
export const weekdayShort: Record<string, number> = {
  mon: 1, tue: 2, tues: 2, wed: 3, thu: 4, thur: 4, thurs: 4, fri: 5, sat: 6, sun: 7,
  mo: 1, di: 2, mi: 3, do: 4, fr: 5, sa: 6, so: 7,
};

export const months: Record<string, number> = {
  january: 1, february: 2, march: 3, april: 4, may: 5, june: 6, july: 7, august: 8, september: 9, october: 10, november: 11, december: 12,
  jan: 1, feb: 2, mar: 3, apr: 4, jun: 6, jul: 7, aug: 8, sep: 9, sept: 9, oct: 10, nov: 11, dec: 12,
  januar: 1, jänner: 1, februar: 2, märz: 3, maerz: 3, mai: 5, juni: 6, juli: 7, oktober: 10, dezember: 12, mrz: 3, okt: 10, dez: 12,
};

export type Unit = 'day' | 'week' | 'month' | 'year';
export const units: Record<string, Unit> = {
  day: 'day', days: 'day', tag: 'day', tage: 'day', tagen: 'day',
  week: 'week', weeks: 'week', woche: 'week', wochen: 'week',
  month: 'month', months: 'month', monat: 'month', monate: 'month', monaten: 'month',
  year: 'year', years: 'year', jahr: 'year', jahre: 'year', jahren: 'year',
};

const numbers: Record<string, number> = {
  a: 1, an: 1, one: 1, two: 2, three: 3, four: 4, five: 5, six: 6, seven: 7, eight: 8, nine: 9, ten: 10, eleven: 11, twelve: 12,
  ein: 1, eine: 1, einem: 1, einer: 1, einen: 1, zwei: 2, drei: 3, vier: 4, fünf: 5, sechs: 6, sieben: 7, acht: 8, neun: 9, zehn: 10, elf: 11, zwölf: 12,
};

const ordinals: Record<string, number> = {
  first: 1, second: 2, third: 3, fourth: 4, last: -1,
  ersten: 1, erste: 1, erstes: 1, zweiten: 2, zweite: 2, zweites: 2, dritten: 3, dritte: 3, drittes: 3, vierten: 4, vierte: 4, viertes: 4, letzten: -1, letzte: -1, letztes: -1,
  '1st': 1, '2nd': 2, '3rd': 3, '4th': 4,
};

const any = (o: object) => Object.keys(o).sort((a, b) => b.length - a.length).join('|');

// As parts of patterns.
export const aWeekday = `(?:${any(weekdayNames)})`;
export const aShortWeekday = `(?:${any(weekdayShort)})\\.?`;
export const aMonth = `(?:${any(months)})\\.?`;
export const aUnit = `(?:${any(units)})`;
export const aNumber = `(?:\\d{1,3}|${any(numbers)})`;
export const anOrdinal = `(?:${any(ordinals)})`;

const bare = (word: string) => word.toLowerCase().replace(/\.$/, '');
/** "so" and "do" are days only where they are written as such: "So", "do.". */
export const weekdayOf = (word: string): number => (/^(?:so|do)$/.test(word) ? 0 : (weekdayNames[bare(word)] ?? weekdayShort[bare(word)] ?? 0));
export const monthOf = (word: string): number => months[bare(word)] ?? 0;
export const unitOf = (word: string): Unit => units[bare(word)] ?? 'day';
export const numberOf = (word: string): number => numbers[bare(word)] ?? Number(word);
export const ordinalOf = (word: string): number => ordinals[bare(word)] ?? 0;
