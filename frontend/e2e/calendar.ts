import type { Locator, Page } from '@playwright/test';
import { day, plus, zone } from './days';
import type { Account } from './fixture';

// What the tests of the calendar share: its days, and how its columns are pointed at.

export { plus, zone };

/** A Wednesday in the middle of next month: no test meets the end of a week or a month, nor a change of clocks. */
function wednesday(): string {
  let d = `${plus(`${day(0).slice(0, 7)}-01`, 31).slice(0, 7)}-10`;
  while (new Date(d).getUTCDay() !== 3) d = plus(d, 1);
  return d;
}
export const wed = wednesday();
export const thu = plus(wed, 1);

export const at = (day: string, clock: string) => `${day}T${clock}:00`;
export const chip = (page: Page, title: string) => page.locator('.chip:not(.ghost)', { hasText: title });
export const dialog = (page: Page) => page.getByRole('dialog');

export async function make(account: Account, title: string, day: string, from: string, to: string, more: object = {}) {
  return account.post('/api/events', { title, start: at(day, from), end: at(day, to), time_zone: zone, ...more });
}

/** What takes place in the days around, as "title start end" on the clock. */
export async function shown(account: Account): Promise<string[]> {
  const list: { title: string; start: string; end: string }[] = await account.get(`/api/events?start=${plus(wed, -10)}&end=${plus(wed, 40)}&limit=500`);
  return list.map((e) => `${e.title} ${e.start.slice(0, 16)} ${e.end.slice(11, 16)}`);
}

/** The point of a time in the columns of hours. */
export async function point(page: Page, day: string, clock: string): Promise<{ x: number; y: number }> {
  const column = page.locator(`.column[data-day="${day}"]`);
  await column.waitFor();
  const box = (await column.boundingBox())!;
  const [h, m] = clock.split(':').map(Number) as [number, number];
  return { x: box.x + box.width * 0.4, y: box.y + ((h * 60 + m) / 1440) * box.height + 1 };
}

export async function drag(page: Page, from: { x: number; y: number }, to: { x: number; y: number }) {
  await page.mouse.move(from.x, from.y);
  await page.mouse.down();
  await page.mouse.move((from.x + to.x) / 2, (from.y + to.y) / 2, { steps: 4 });
  await page.mouse.move(to.x, to.y, { steps: 4 });
  await page.waitForTimeout(50); // a frame for what follows the pointer
  await page.mouse.up();
}

export const middle = async (l: Locator) => {
  const b = (await l.boundingBox())!;
  return { x: b.x + b.width / 2, y: b.y + Math.min(b.height / 2, 10) };
};
