import { describe, expect, test } from 'vitest';
import { parse, type Options, type Parsed } from './index';

// Wednesday.
const wednesday: Options = { today: '2026-11-25', now: '10:00' };
const read = (text: string, more: Partial<Options> = {}) => parse(text, { ...wednesday, ...more });
const fields = (p: Parsed) => {
  const { parts, tags, ...rest } = p;
  return { ...rest, ...(tags.length > 0 && { tags }) };
};

test.each<[string, object]>([
  ['Pay rent tomorrow 18:00 !high #home every month', { title: 'Pay rent', date: '2026-11-26', time: '18:00', priority: 'high', tags: ['home'], repeat: 'FREQ=MONTHLY', repeatFrom: 'due' }],
  ['Miete übermorgen', { title: 'Miete', date: '2026-11-27' }],
  ['Weed the beds p:Garden in 3 days', { title: 'Weed the beds', project: 'Garden', date: '2026-11-28' }],
  ['Water p:"My garden" #green #indoor', { title: 'Water', project: 'My garden', tags: ['green', 'indoor'] }],
  ['Gießen Projekt:Garten heute 7 Uhr', { title: 'Gießen', project: 'Garten', date: '2026-11-25', time: '07:00' }],
  ['Nothing to see here', { title: 'Nothing to see here' }],
  ['  many   spaces  ', { title: 'many spaces' }],
  ['', { title: '' }],
])('%j', (text, want) => {
  expect(fields(read(text))).toEqual(want);
});

describe('days', () => {
  test.each([
    ['today', '2026-11-25'],
    ['heute', '2026-11-25'],
    ['TOMORROW', '2026-11-26'],
    ['morgen', '2026-11-26'],
    ['by tomorrow', '2026-11-26'],
    ['bis morgen', '2026-11-26'],
    ['day after tomorrow', '2026-11-27'],
    ['übermorgen', '2026-11-27'],
    ['in 3 days', '2026-11-28'],
    ['in drei Tagen', '2026-11-28'],
    ['in a week', '2026-12-02'],
    ['in einer Woche', '2026-12-02'],
    ['in zwei Wochen', '2026-12-09'],
    ['in 2 months', '2027-01-25'],
    ['in 1 Monat', '2026-12-25'],
    ['in a year', '2027-11-25'],
    ['2 weeks from now', '2026-12-09'],
    ['friday', '2026-11-27'],
    ['on Friday', '2026-11-27'],
    ['Freitag', '2026-11-27'],
    ['am Freitag', '2026-11-27'],
    ['bis Freitag', '2026-11-27'],
    ['on fri', '2026-11-27'],
    ['fri', '2026-11-27'],
    ['am Fr.', '2026-11-27'],
    ['am So', '2026-11-29'],
    ['wednesday', '2026-12-02'], // today would be said so
    ['next friday', '2026-12-04'],
    ['nächsten Freitag', '2026-12-04'],
    ['this friday', '2026-11-27'],
    ['kommenden Freitag', '2026-11-27'],
    ['Freitag nächste Woche', '2026-12-04'],
    ['next week', '2026-11-30'],
    ['nächste Woche', '2026-11-30'],
    ['next month', '2026-12-01'],
    ['nächsten Monat', '2026-12-01'],
    ['next year', '2027-01-01'],
    ['this weekend', '2026-11-28'],
    ['am Wochenende', '2026-11-28'],
    ['end of month', '2026-11-30'],
    ['Monatsende', '2026-11-30'],
    ['2026-12-24', '2026-12-24'],
    ['24.12.', '2026-12-24'],
    ['am 24.12.', '2026-12-24'],
    ['24.12.2027', '2027-12-24'],
    ['3.4.27', '2027-04-03'],
    ['24. 12.', '2026-12-24'],
    ['24.11.', '2027-11-24'], // gone this year
    ['25.11.', '2026-11-25'],
    ['29.2.', '2028-02-29'],
    ['Fr, 24.12.', '2026-12-24'],
    ['24 December', '2026-12-24'],
    ['24th of December', '2026-12-24'],
    ['Dec 24', '2026-12-24'],
    ['december 24th, 2027', '2027-12-24'],
    ['24. Dezember', '2026-12-24'],
    ['am 1. Mai', '2027-05-01'],
    ['3. März 2028', '2028-03-03'],
    ['on the 5th', '2026-12-05'],
    ['on the 31st', '2026-12-31'],
    ['am 30.', '2026-11-30'],
    ['24/12', '2026-12-24'],
    ['24/12/2027', '2027-12-24'],
  ])('%j is %s', (words, want) => {
    expect(fields(read(`Call Ada ${words}`))).toEqual({ title: 'Call Ada', date: want });
    expect(fields(read(`${words} Call Ada`)).date ?? 'needs to stand last').toBe(/^(fri|24\/12)$/.test(words) ? 'needs to stand last' : want);
  });

  test.each([
    ['31.2.', undefined],
    ['24.13.', undefined],
    ['3/4 cup of sugar', undefined],
    ['10.0.0.1 answers', undefined],
    ['version 1.2.3', undefined],
    ['I am so tired', undefined],
    ['every so often', undefined],
    ['the morning after', undefined],
    ['todays', undefined],
    ['Maifeier', undefined],
    ['may I', undefined],
    ['5 marbles', undefined],
    ['in the sun', '2026-11-29'], // the last word may be a day; the chip says so
  ])('%j is %s', (words, want) => {
    expect(read(`Note: ${words}`).date).toBe(want);
  });

  test('3/4 is the fourth of March where that is the habit', () => {
    expect(read('Call by 3/4', { monthFirst: true }).date).toBe('2027-03-04');
    expect(read('Call by 3/4').date).toBe('2027-04-03');
  });

  test('next week begins where the week does', () => {
    expect(read('Plan next week', { weekStart: 0 }).date).toBe('2026-11-29');
    expect(read('Plan next sunday', { weekStart: 0 }).date).toBe('2026-11-29');
    expect(read('Plan next sunday', { weekStart: 1 }).date).toBe('2026-12-06');
  });

  test('the last day named is meant', () => {
    expect(fields(read('Prepare Friday meeting tomorrow'))).toEqual({ title: 'Prepare Friday meeting', date: '2026-11-26' });
  });

  test('on a Sunday, at the end of a year', () => {
    const sunday = { today: '2026-12-27', now: '23:30' };
    expect(parse('x next week', sunday).date).toBe('2026-12-28');
    expect(parse('x in 5 days', sunday).date).toBe('2027-01-01');
    expect(parse('x sunday', sunday).date).toBe('2027-01-03');
    expect(parse('x am 1.1.', sunday).date).toBe('2027-01-01');
    expect(parse('x this weekend', sunday).date).toBe('2026-12-27');
    expect(parse('x in 45 minutes', sunday)).toMatchObject({ date: '2026-12-28', time: '00:15' });
  });
});

describe('times', () => {
  test.each([
    ['18:00', '18:00', '2026-11-25'],
    ['at 18:30', '18:30', '2026-11-25'],
    ['09:15', '09:15', '2026-11-26'], // past for today
    ['9:15', '09:15', '2026-11-26'],
    ['6pm', '18:00', '2026-11-25'],
    ['at 6 pm', '18:00', '2026-11-25'],
    ['6:30pm', '18:30', '2026-11-25'],
    ['12am', '00:00', '2026-11-26'],
    ['12pm', '12:00', '2026-11-25'],
    ['at 18', '18:00', '2026-11-25'],
    ['18 Uhr', '18:00', '2026-11-25'],
    ['um 18', '18:00', '2026-11-25'],
    ['um 18:30 Uhr', '18:30', '2026-11-25'],
    ['18.30 Uhr', '18:30', '2026-11-25'],
    ['um halb acht', '07:30', '2026-11-26'],
    ['at noon', '12:00', '2026-11-25'],
    ['tonight', '19:00', '2026-11-25'],
    ['this morning', '09:00', '2026-11-25'],
    ['heute Abend', '19:00', '2026-11-25'],
    ['heute Morgen', '09:00', '2026-11-25'],
    ['morgen früh', '09:00', '2026-11-26'],
    ['morgen Abend', '19:00', '2026-11-26'],
    ['tomorrow morning', '09:00', '2026-11-26'],
    ['friday evening', '19:00', '2026-11-27'],
    ['Freitag Nachmittag', '15:00', '2026-11-27'],
    ['Freitag um 8', '08:00', '2026-11-27'],
    ['fri 14:00', '14:00', '2026-11-27'],
    ['am 24.12. um 18 Uhr', '18:00', '2026-12-24'],
    ['24.12. 18:00', '18:00', '2026-12-24'],
    ['in 30 minutes', '10:30', '2026-11-25'],
    ['in an hour', '11:00', '2026-11-25'],
    ['in 2 Stunden', '12:00', '2026-11-25'],
    ['in half an hour', '10:30', '2026-11-25'],
  ])('%j is %s', (words, time, date) => {
    expect(fields(read(`Call Ada ${words}`))).toEqual({ title: 'Call Ada', time, date });
  });

  test.each(['25:00', '12:60', 'at 25', '13pm', 'room 101', '18:00h30'])('%j is no time', (words) => {
    expect(read(`Go to ${words}`).time).toBeUndefined();
  });
});

describe('repeating', () => {
  test.each([
    ['every day', 'FREQ=DAILY', '2026-11-25'],
    ['daily', 'FREQ=DAILY', '2026-11-25'],
    ['jeden Tag', 'FREQ=DAILY', '2026-11-25'],
    ['täglich', 'FREQ=DAILY', '2026-11-25'],
    ['every 3 days', 'FREQ=DAILY;INTERVAL=3', '2026-11-25'],
    ['alle drei Tage', 'FREQ=DAILY;INTERVAL=3', '2026-11-25'],
    ['every other day', 'FREQ=DAILY;INTERVAL=2', '2026-11-25'],
    ['jeden zweiten Tag', 'FREQ=DAILY;INTERVAL=2', '2026-11-25'],
    ['weekly', 'FREQ=WEEKLY', '2026-11-25'],
    ['jede Woche', 'FREQ=WEEKLY', '2026-11-25'],
    ['alle 2 Wochen', 'FREQ=WEEKLY;INTERVAL=2', '2026-11-25'],
    ['every month', 'FREQ=MONTHLY', '2026-11-25'],
    ['monatlich', 'FREQ=MONTHLY', '2026-11-25'],
    ['quarterly', 'FREQ=MONTHLY;INTERVAL=3', '2026-11-25'],
    ['every year', 'FREQ=YEARLY', '2026-11-25'],
    ['jährlich', 'FREQ=YEARLY', '2026-11-25'],
    ['every monday', 'FREQ=WEEKLY;BYDAY=MO', '2026-11-30'],
    ['every wed', 'FREQ=WEEKLY;BYDAY=WE', '2026-11-25'], // today counts
    ['jeden Montag', 'FREQ=WEEKLY;BYDAY=MO', '2026-11-30'],
    ['montags', 'FREQ=WEEKLY;BYDAY=MO', '2026-11-30'],
    ['on tuesdays and thursdays', 'FREQ=WEEKLY;BYDAY=TU,TH', '2026-11-26'],
    ['every friday, monday and tuesday', 'FREQ=WEEKLY;BYDAY=MO,TU,FR', '2026-11-27'],
    ['jeden Di und Do', 'FREQ=WEEKLY;BYDAY=TU,TH', '2026-11-26'],
    ['every weekday', 'FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR', '2026-11-25'],
    ['werktags', 'FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR', '2026-11-25'],
    ['every other friday', 'FREQ=WEEKLY;INTERVAL=2;BYDAY=FR', '2026-11-27'],
    ['every first monday', 'FREQ=MONTHLY;BYDAY=1MO', '2026-12-07'],
    ['jeden ersten Montag im Monat', 'FREQ=MONTHLY;BYDAY=1MO', '2026-12-07'],
    ['every last friday of the month', 'FREQ=MONTHLY;BYDAY=-1FR', '2026-11-27'],
    ['every 15th', 'FREQ=MONTHLY;BYMONTHDAY=15', '2026-12-15'],
    ['jeden 30.', 'FREQ=MONTHLY;BYMONTHDAY=30', '2026-11-30'],
    ['every last day of the month', 'FREQ=MONTHLY;BYMONTHDAY=-1', '2026-11-30'],
  ])('%j is %s', (words, repeat, date) => {
    expect(fields(read(`Sweep ${words}`))).toEqual({ title: 'Sweep', repeat, repeatFrom: 'due', date });
  });

  test.each<[string, object]>([
    ['Sweep every! 3 days', { repeat: 'FREQ=DAILY;INTERVAL=3', repeatFrom: 'completion', date: '2026-11-25' }],
    ['Sweep every week on friday', { repeat: 'FREQ=WEEKLY', repeatFrom: 'due', date: '2026-11-27' }],
    ['Sweep every month on the 15th at 9:00', { repeat: 'FREQ=MONTHLY', repeatFrom: 'due', date: '2026-12-15', time: '09:00' }],
    ['Sweep jeden Morgen', { repeat: 'FREQ=DAILY', repeatFrom: 'due', date: '2026-11-25', time: '09:00' }],
    ['Sweep every evening at 21:00', { repeat: 'FREQ=DAILY', repeatFrom: 'due', date: '2026-11-25', time: '21:00' }],
    ['Sweep every monday tomorrow', { repeat: 'FREQ=WEEKLY;BYDAY=MO', repeatFrom: 'due', date: '2026-11-26' }],
  ])('%j', (text, want) => {
    expect(fields(read(text))).toEqual({ title: 'Sweep', ...want });
  });
});

describe('priorities, tags and projects', () => {
  test.each([
    ['!high', 'high'], ['!hoch', 'high'], ['!1', 'high'], ['!!!', 'high'],
    ['!medium', 'medium'], ['!mittel', 'medium'], ['!2', 'medium'], ['!!', 'medium'],
    ['!low', 'low'], ['!niedrig', 'low'], ['!3', 'low'],
    ['!', undefined], ['!nonsense', undefined], ['wow!high', undefined], ['!4', undefined],
  ])('%j is %s', (words, want) => {
    expect(read(`Do it ${words}`).priority).toBe(want);
  });

  test.each<[string, string[], string]>([
    ['Call #home #Garten', ['home', 'Garten'], 'Call'],
    ['Call #a #a', ['a'], 'Call'],
    ['Fix #42', [], 'Fix #42'],
    ['C# lesson', [], 'C# lesson'],
    ['#home Call, #work', ['home', 'work'], 'Call'],
    ['Call #über-mut/zwei', ['über-mut/zwei'], 'Call'],
  ])('%j has %j', (text, tags, title) => {
    expect(read(text)).toMatchObject({ tags, title });
  });
});

describe('events', () => {
  test.each<[string, object]>([
    ['Lunch with Ada tomorrow 12:30 for 45 min', { title: 'Lunch with Ada', date: '2026-11-26', time: '12:30', duration: 45 }],
    ['Essen mit Ada morgen 12-14 Uhr', { title: 'Essen mit Ada', date: '2026-11-26', time: '12:00', endTime: '14:00' }],
    ['Review friday 2-3pm', { title: 'Review', date: '2026-11-27', time: '14:00', endTime: '15:00' }],
    ['Review friday 11am-1pm', { title: 'Review', date: '2026-11-27', time: '11:00', endTime: '13:00' }],
    ['Review friday 11-1pm', { title: 'Review', date: '2026-11-27', time: '11:00', endTime: '13:00' }],
    ['Review friday 14:00-15:30', { title: 'Review', date: '2026-11-27', time: '14:00', endTime: '15:30' }],
    ['Review am Freitag von 14 bis 15:30 Uhr', { title: 'Review', date: '2026-11-27', time: '14:00', endTime: '15:30' }],
    ['Holiday 24.12. bis 26.12.', { title: 'Holiday', date: '2026-12-24', endDate: '2026-12-26' }],
    ['Holiday Dec 24 to Dec 26', { title: 'Holiday', date: '2026-12-24', endDate: '2026-12-26' }],
    ['Walk tomorrow 8:00 1.5h', { title: 'Walk', date: '2026-11-26', time: '08:00', duration: 90 }],
    ['Spaziergang morgen 8 Uhr 2 Stunden', { title: 'Spaziergang', date: '2026-11-26', time: '08:00', duration: 120 }],
    ['Workshop friday all day', { title: 'Workshop', date: '2026-11-27', duration: 0 }],
  ])('%j', (text, want) => {
    expect(fields(read(text, { event: true }))).toEqual(want);
  });

  test('a to-do keeps its durations in words', () => {
    expect(read('Walk 2 hours tomorrow')).toMatchObject({ title: 'Walk 2 hours', date: '2026-11-26' });
  });
});

describe('what a person takes back', () => {
  test('stays in the title, and so does what lies in it', () => {
    const plain = new Set(['next friday']);
    expect(fields(read('Call next friday', { plain }))).toEqual({ title: 'Call next friday' });
    expect(fields(read('Read "Tomorrow" today', { plain: new Set(['tomorrow']) }))).toEqual({ title: 'Read "Tomorrow"', date: '2026-11-25' });
  });

  test('a title of nothing but a day is a title', () => {
    expect(read('tomorrow')).toEqual({ title: 'tomorrow', tags: [], parts: [] });
  });

  test('pieces are named as they were typed, in their order', () => {
    expect(read('Pay TOMORROW #home !high').parts.map((p) => [p.kind, p.text])).toEqual([['date', 'TOMORROW'], ['tag', '#home'], ['priority', '!high']]);
  });

  test('punctuation around a piece goes with it', () => {
    expect(read('Call Ada, tomorrow').title).toBe('Call Ada');
    expect(read('Tomorrow: call Ada').title).toBe('call Ada');
    expect(read('-5 degrees').title).toBe('-5 degrees');
  });
});
