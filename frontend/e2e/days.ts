import { parseZonedDateTime } from '@internationalized/date';

// The days of the tests' accounts. A day by UTC would be yesterday for an hour or two of each night.

/** The zone of the tests' browsers and accounts. */
export const zone = 'Europe/Berlin';

/** A day, YYYY-MM-DD, so many days after another. */
export const plus = (day: string, days: number) => new Date(Date.parse(day) + days * 86_400_000).toISOString().slice(0, 10);

/** The day so many days from today, YYYY-MM-DD. */
export const day = (ahead: number) => plus(new Intl.DateTimeFormat('en-CA', { timeZone: zone }).format(new Date()), ahead);

/** The moment when clocks there show a time, HH:MM, on a day. */
export const moment = (on: string, time: string) => parseZonedDateTime(`${on}T${time}[${zone}]`).toDate();
