import type { Locator, Page } from '@playwright/test';
import { axeFinds, expect, heard, test, undo, type Account } from './fixture';

const zone = 'Europe/Berlin';
const iso = (d: Date) => d.toISOString().slice(0, 10);
const plus = (day: string, n: number) => iso(new Date(Date.parse(day) + n * 86_400_000));

/** A Wednesday in the middle of next month: no test meets the end of a week or a month, nor a change of clocks. */
function wednesday(): string {
  const now = new Date();
  const d = new Date(Date.UTC(now.getUTCFullYear(), now.getUTCMonth() + 1, 10));
  while (d.getUTCDay() !== 3) d.setUTCDate(d.getUTCDate() + 1);
  return iso(d);
}
const wed = wednesday();
const thu = plus(wed, 1);

const at = (day: string, clock: string) => `${day}T${clock}:00`;
const chip = (page: Page, title: string) => page.locator('.chip:not(.ghost)', { hasText: title });
const dialog = (page: Page) => page.getByRole('dialog');

async function make(account: Account, title: string, day: string, from: string, to: string, more: object = {}) {
  return account.post('/api/events', { title, start: at(day, from), end: at(day, to), time_zone: zone, ...more });
}

/** What takes place in the days around, as "title start end" on the clock. */
async function shown(account: Account): Promise<string[]> {
  const list: { title: string; start: string; end: string }[] = await account.get(`/api/events?start=${plus(wed, -10)}&end=${plus(wed, 40)}&limit=500`);
  return list.map((e) => `${e.title} ${e.start.slice(0, 16)} ${e.end.slice(11, 16)}`);
}

/** The point of a time in the columns of hours. */
async function point(page: Page, day: string, clock: string): Promise<{ x: number; y: number }> {
  const column = page.locator(`.column[data-day="${day}"]`);
  await column.waitFor();
  const box = (await column.boundingBox())!;
  const [h, m] = clock.split(':').map(Number) as [number, number];
  return { x: box.x + box.width * 0.4, y: box.y + ((h * 60 + m) / 1440) * box.height + 1 };
}

async function drag(page: Page, from: { x: number; y: number }, to: { x: number; y: number }) {
  await page.mouse.move(from.x, from.y);
  await page.mouse.down();
  await page.mouse.move((from.x + to.x) / 2, (from.y + to.y) / 2, { steps: 4 });
  await page.mouse.move(to.x, to.y, { steps: 4 });
  await page.waitForTimeout(50); // a frame for what follows the pointer
  await page.mouse.up();
}

const middle = async (l: Locator) => {
  const b = (await l.boundingBox())!;
  return { x: b.x + b.width / 2, y: b.y + Math.min(b.height / 2, 10) };
};

test.describe('on a desk', () => {
  test.skip(({ isMobile }) => isMobile);

  test('makes an event with a press on free time, and takes it back', async ({ page, account }) => {
    await page.goto(`/calendar?view=week&date=${wed}`);
    const p = await point(page, wed, '10:10');
    await page.mouse.click(p.x, p.y);
    await expect(dialog(page).getByLabel('Starts')).toHaveValue(wed);
    await expect(dialog(page).getByLabel('Start time')).toHaveValue('10:00');
    await expect(dialog(page).getByLabel('Title')).toBeFocused();
    await page.keyboard.type('Dentist');
    await page.keyboard.press('Enter');
    await expect(chip(page, 'Dentist')).toBeVisible();
    await expect(dialog(page)).toBeHidden();
    expect(await shown(account)).toEqual([`Dentist ${wed}T10:00 11:00`]);
    await undo(page, '“Dentist” added.');
    await expect(chip(page, 'Dentist')).toBeHidden();
  });

  test('drags free time, an event, and its end', async ({ page, account }) => {
    await page.goto(`/calendar?view=week&date=${wed}`);
    await drag(page, await point(page, wed, '09:00'), await point(page, wed, '11:29'));
    await expect(dialog(page).getByLabel('Start time')).toHaveValue('09:00');
    await expect(dialog(page).getByLabel('End time')).toHaveValue('11:30');
    await dialog(page).getByLabel('Title').fill('Workshop');
    await dialog(page).getByRole('button', { name: 'Add event' }).click();
    await expect(chip(page, 'Workshop')).toBeVisible();

    const from = await point(page, wed, '09:30');
    const to = await point(page, thu, '13:30');
    await drag(page, from, to);
    await expect.poll(() => shown(account)).toEqual([`Workshop ${thu}T13:00 15:30`]);
    await expect(page.locator(`.column[data-day="${thu}"]`).getByText('Workshop')).toBeVisible();

    await heard(page, '“Workshop” moved.');
    const grip = (await chip(page, 'Workshop').locator('[data-resize]').boundingBox())!;
    const end = await point(page, thu, '17:00');
    await drag(page, { x: grip.x + 20, y: grip.y + grip.height - 2 }, end);
    await expect.poll(() => shown(account)).toEqual([`Workshop ${thu}T13:00 17:00`]);
    await undo(page, '“Workshop” moved.');
    await expect.poll(() => shown(account)).toEqual([`Workshop ${thu}T13:00 15:30`]);

    // Up among the bars it takes the whole day.
    await drag(page, await point(page, thu, '13:30'), await middle(page.locator(`.cell[data-day="${wed}"]`)));
    await expect.poll(async () => (await account.get(`/api/events?start=${wed}&end=${thu}`)).map((e: { start: string; all_day: boolean }) => `${e.start} ${e.all_day}`)).toEqual([`${wed} true`]);
  });

  test('lets go with Escape, and opens nothing after a drag', async ({ page, account }) => {
    await make(account, 'Stay', wed, '09:00', '10:00');
    await page.goto(`/calendar?view=week&date=${wed}`);
    await chip(page, 'Stay').waitFor();
    const from = await point(page, wed, '09:20');
    const to = await point(page, thu, '12:00');
    await page.mouse.move(from.x, from.y);
    await page.mouse.down();
    await page.mouse.move(to.x, to.y, { steps: 5 });
    await expect(page.locator('.chip.ghost')).toBeVisible();
    await page.keyboard.press('Escape');
    await expect(page.locator('.chip.ghost')).toBeHidden();
    await page.mouse.up();
    expect(await shown(account)).toEqual([`Stay ${wed}T09:00 10:00`]);
  });

  test('moves one of a series, it and the following, or all', async ({ page, account }) => {
    await make(account, 'Choir', plus(wed, -7), '10:00', '11:00', { recurrence_rule: 'FREQ=WEEKLY;COUNT=4' });
    await page.goto(`/calendar?view=week&date=${wed}`);
    await chip(page, 'Choir').waitFor();

    await drag(page, await point(page, wed, '10:20'), await point(page, thu, '10:20'));
    await dialog(page).getByRole('button', { name: 'Only this one' }).click();
    const one = [`Choir ${plus(wed, -7)}T10:00 11:00`, `Choir ${thu}T10:00 11:00`, `Choir ${plus(wed, 7)}T10:00 11:00`, `Choir ${plus(wed, 14)}T10:00 11:00`];
    await expect.poll(() => shown(account)).toEqual(one);
    await undo(page, '“Choir” moved.');
    await expect(page.locator(`.column[data-day="${wed}"]`).getByText('Choir')).toBeVisible();

    await drag(page, await point(page, wed, '10:20'), await point(page, wed, '12:20'));
    await dialog(page).getByRole('button', { name: 'This and all that follow' }).click();
    await expect.poll(() => shown(account)).toEqual([`Choir ${plus(wed, -7)}T10:00 11:00`, ...[0, 7, 14].map((n) => `Choir ${plus(wed, n)}T12:00 13:00`)]);
    await undo(page, '“Choir” moved.');
    await expect.poll(() => shown(account)).toEqual([-7, 0, 7, 14].map((n) => `Choir ${plus(wed, n)}T10:00 11:00`));
    await expect(page.locator(`.column[data-day="${wed}"]`).locator('time', { hasText: '10:00 –' })).toBeVisible();

    await drag(page, await point(page, wed, '10:20'), await point(page, wed, '14:20'));
    await dialog(page).getByRole('button', { name: 'All of them' }).click();
    await expect.poll(() => shown(account)).toEqual([-7, 0, 7, 14].map((n) => `Choir ${plus(wed, n)}T14:00 15:00`));

    // Thought better of it: nothing has moved.
    await drag(page, await point(page, wed, '14:20'), await point(page, wed, '16:20'));
    await page.keyboard.press('Escape');
    await expect(page.locator(`.column[data-day="${wed}"]`).locator('time', { hasText: '14:00 –' })).toBeVisible();
    expect((await shown(account))[1]).toBe(`Choir ${wed}T14:00 15:00`);
  });

  test('edits and deletes parts of a series', async ({ page, account }) => {
    await make(account, 'Yoga', plus(wed, -7), '10:00', '11:00', { recurrence_rule: 'FREQ=WEEKLY;COUNT=4' });
    await page.goto(`/calendar?view=week&date=${wed}`);
    const open = async () => {
      await page.locator('.column .chip button').first().focus();
      await page.keyboard.press('Enter');
      await expect(dialog(page).getByLabel('Title')).toBeVisible();
    };
    await open();
    await dialog(page).getByLabel('Title').fill('Yoga outside');
    await page.keyboard.press('Control+Enter');
    await page.getByRole('button', { name: 'Only this one' }).click();
    await expect.poll(async () => (await shown(account)).map((s) => s.split(' 2')[0])).toEqual(['Yoga', 'Yoga outside', 'Yoga', 'Yoga']);

    // What one occurrence cannot have for itself is not offered for it.
    await open();
    await dialog(page).getByLabel('Repeats').selectOption({ label: 'Every day' });
    await page.keyboard.press('Control+Enter');
    await expect(page.getByText('cannot differ on a single day')).toBeVisible();
    await expect(page.getByRole('button', { name: 'Only this one' })).toBeHidden();
    await page.keyboard.press('Escape');
    await page.keyboard.press('Escape');
    await expect(dialog(page)).toBeHidden();

    await chip(page, 'Yoga outside').getByRole('button').click();
    await dialog(page).getByRole('button', { name: 'Delete' }).click();
    await page.getByRole('button', { name: 'Only this one' }).click();
    await expect.poll(async () => (await shown(account)).length).toBe(3);
    await expect(chip(page, 'Yoga')).toBeHidden();
    await undo(page, '“Yoga outside” deleted.');
    await expect(chip(page, 'Yoga outside')).toBeVisible();

    await chip(page, 'Yoga outside').getByRole('button').focus();
    await page.keyboard.press('Delete');
    await page.getByRole('button', { name: 'This and all that follow' }).click();
    await expect.poll(async () => (await shown(account)).length).toBe(1);
    await undo(page, '“Yoga outside” deleted.');
    await expect.poll(async () => (await shown(account)).length).toBe(4);
    await chip(page, 'Yoga outside').getByRole('button').focus();
    await page.keyboard.press('Delete');
    await page.getByRole('button', { name: 'All of them' }).click();
    await expect.poll(async () => (await shown(account)).length).toBe(0);
  });

  test('lists what was left out of a series, and takes it back in', async ({ page, account }) => {
    const e = await make(account, 'Walk', wed, '10:00', '11:00', { recurrence_rule: 'FREQ=DAILY;COUNT=3', exceptions: [at(thu, '10:00')] });
    await page.goto(`/calendar?open=${e.id}`);
    await dialog(page).getByRole('button', { name: 'Put back' }).click();
    await page.keyboard.press('Control+Enter');
    await expect.poll(async () => (await shown(account)).length).toBe(3);
  });

  test('works with the keyboard alone', async ({ page, account }) => {
    await page.goto(`/calendar?view=week&date=${wed}`);
    await expect(page.getByRole('heading', { level: 1 })).toBeVisible();
    await page.keyboard.press('ArrowDown'); // into the grid
    await expect(page.locator(`[data-cursor="${wed}"]`)).toBeFocused();
    await page.keyboard.press('ArrowRight');
    await expect(page.locator(`[data-cursor="${thu}"]`)).toBeFocused();
    await page.keyboard.press('n');
    await expect(dialog(page).getByLabel('Starts')).toHaveValue(thu);
    await page.keyboard.type('Keys');
    await dialog(page).getByLabel('Start time').fill('09:00');
    await dialog(page).getByLabel('End time').fill('10:00');
    await page.keyboard.press('Control+Enter');
    await expect(dialog(page)).toBeHidden();
    await page.keyboard.press('j');
    const button = chip(page, 'Keys').getByRole('button');
    await expect(button).toBeFocused();
    for (const key of ['Alt+ArrowDown', 'Alt+ArrowDown', 'Alt+ArrowLeft', 'Alt+Shift+ArrowDown']) await page.keyboard.press(key);
    await expect.poll(() => shown(account)).toEqual([`Keys ${wed}T09:30 10:45`]);
    await expect(button).toBeFocused();
    await page.keyboard.press('Enter');
    await dialog(page).getByLabel('Title').fill('Keys, too');
    await page.keyboard.press('Control+Enter');
    await expect(chip(page, 'Keys, too')).toBeVisible();
    await chip(page, 'Keys, too').getByRole('button').focus();
    await page.keyboard.press('Delete');
    await expect(chip(page, 'Keys')).toBeHidden();
    await page.keyboard.press('z');
    await expect(chip(page, 'Keys, too')).toBeVisible();
    await page.keyboard.press('m');
    await expect(page.locator('.weeks')).toBeVisible();
    await page.keyboard.press('t');
    await expect(page.locator('.weeks .today')).toBeVisible();
  });

  test('shows at once what another window does', async ({ page, open, account }) => {
    const other = await open();
    await page.goto(`/calendar?view=month&date=${wed}`);
    await other.goto(`/calendar?view=week&date=${wed}`);
    await expect(other.locator('.column').first()).toBeVisible();
    const e = await make(account, 'Seen twice', wed, '10:00', '11:00');
    await expect(chip(page, 'Seen twice')).toBeVisible();
    await expect(chip(other, 'Seen twice')).toBeVisible();
    await account.patch(`/api/events/${e.id}`, { title: 'Seen anew' });
    await expect(chip(page, 'Seen anew')).toBeVisible();
    await account.delete(`/api/events/${e.id}`);
    await expect(chip(other, 'Seen')).toBeHidden();
  });

  test.describe('where the server says no', () => {
    test.use({ allow: [/412|422/] });

    test('asks whose version is kept when both have changed', async ({ page, account }) => {
      const e = await make(account, 'Draft', wed, '10:00', '11:00');
      await page.goto(`/calendar?date=${wed}&open=${e.id}`);
      await dialog(page).getByLabel('Title').fill('Mine');
      await account.patch(`/api/events/${e.id}`, { title: 'Theirs', location: 'Hall' });
      await page.keyboard.press('Control+Enter');
      await expect(page.getByRole('cell', { name: 'Theirs' })).toBeVisible();
      await page.getByRole('button', { name: 'Keep mine' }).click();
      await expect.poll(async () => (await account.get(`/api/events/${e.id}`)).title).toBe('Mine');
      expect((await account.get(`/api/events/${e.id}`)).location).toBe('Hall');
    });

    test('says beside a field what the server refuses', async ({ page }) => {
      await page.goto(`/calendar?new=1&start=${wed}T10:00`);
      await dialog(page).getByLabel('Title').fill('x');
      await dialog(page).getByLabel('Repeats').selectOption({ label: 'A rule of your own…' });
      await dialog(page).getByLabel('Rule').fill('FREQ=SOMETIMES');
      await page.keyboard.press('Control+Enter');
      await expect(dialog(page).getByRole('alert')).toBeVisible();
      await expect(dialog(page).getByLabel('Rule')).toHaveAttribute('aria-invalid', 'true');
    });
  });

  test('puts zones, floating times and whole days where they belong', async ({ page, account }) => {
    await make(account, 'Call Tokyo', wed, '18:00', '19:00', { time_zone: 'Asia/Tokyo' });
    await account.post('/api/events', { title: 'Pills', start: at(wed, '12:00') });
    await account.post('/api/events', { title: 'Fair', start: wed, end: plus(wed, 3) });
    await page.goto(`/calendar?view=week&date=${wed}`);
    const column = page.locator(`.column[data-day="${wed}"]`);
    await expect(column.locator('.chip', { hasText: 'Call Tokyo' })).toContainText('18:00 – 19:00 Tokyo');
    await expect(column.locator('.chip', { hasText: 'Call Tokyo' })).toContainText('10:00 – 11:00');
    await expect(column.locator('.chip', { hasText: 'Pills' })).toContainText('12:00 – 13:00');
    const bar = (await chip(page, 'Fair').boundingBox())!;
    const day = (await column.boundingBox())!;
    expect(bar.x).toBeGreaterThanOrEqual(day.x);
    expect(bar.width).toBeGreaterThan(2.8 * day.width);
    expect(bar.width).toBeLessThan(3 * day.width);

    await account.patch('/api/settings', { time_zone: 'America/New_York' });
    await expect(chip(page, 'Call Tokyo')).toContainText('04:00 – 05:00');
    await expect(chip(page, 'Pills')).toContainText('12:00 – 13:00');

    // A zone is found by its city; the times stay what the clock there says.
    await chip(page, 'Pills').getByRole('button').focus();
    await page.keyboard.press('Enter');
    await dialog(page).getByLabel('Time zone').selectOption({ label: 'Another time zone…' });
    await dialog(page).getByLabel('Which one').fill('Lisbon');
    await page.keyboard.press('Control+Enter');
    await expect(dialog(page)).toBeHidden();
    await expect.poll(async () => (await account.get('/api/events?q=pills'))[0].time_zone).toBe('Europe/Lisbon');
    await expect(chip(page, 'Pills')).toContainText('12:00 – 13:00 Lisbon');
  });

  test('hides, makes, renames and deletes calendars', async ({ page, account }) => {
    await make(account, 'At home', wed, '10:00', '11:00');
    await page.goto(`/calendar?view=month&date=${wed}`);
    await page.getByRole('button', { name: 'New calendar' }).click();
    await dialog(page).getByLabel('Name').fill('Club');
    await dialog(page).getByRole('radio', { name: 'Teal' }).check({ force: true });
    await dialog(page).getByRole('button', { name: 'Save' }).click();
    await expect(page.getByRole('checkbox', { name: 'Club' })).toBeChecked();
    const club = (await account.get('/api/calendars')).find((c: { name: string }) => c.name === 'Club');
    expect(club.color).toBe('#1f8a8a');
    await make(account, 'Training', wed, '12:00', '13:00', { calendar_id: club.id });
    await expect(chip(page, 'Training')).toBeVisible();

    await page.getByRole('checkbox', { name: 'Club' }).uncheck();
    await expect(chip(page, 'Training')).toBeHidden();
    await expect(chip(page, 'At home')).toBeVisible();
    await page.reload();
    await expect(page.getByRole('checkbox', { name: 'Club' })).not.toBeChecked();
    await expect(chip(page, 'Training')).toBeHidden();
    await page.getByRole('checkbox', { name: 'Club' }).check();
    await expect(chip(page, 'Training')).toBeVisible();

    await page.getByRole('button', { name: 'Edit calendar Club' }).click();
    await dialog(page).getByLabel('Name').fill('Rowing');
    await dialog(page).getByRole('button', { name: 'Save' }).click();
    await page.getByRole('button', { name: 'Edit calendar Rowing' }).click();
    await dialog(page).getByRole('button', { name: 'Delete' }).click();
    await expect(chip(page, 'Training')).toBeHidden();
    await undo(page, 'Calendar “Rowing” deleted');
    await expect(chip(page, 'Training')).toBeVisible();
  });

  test('ticks and drags to-dos in a month, and shows what does not fit', async ({ page, account }) => {
    await account.post('/api/todos', { title: 'Pay rent', due_date: wed });
    await page.goto(`/calendar?view=month&date=${wed}`);
    const to = (await page.locator(`.day[data-day="${thu}"]`).boundingBox())!;
    await drag(page, await middle(chip(page, 'Pay rent').getByRole('button')), { x: to.x + to.width / 2, y: to.y + 60 });
    await expect.poll(async () => (await account.get('/api/todos'))[0].due_date).toBe(thu);
    await page.getByRole('checkbox', { name: 'Done: Pay rent' }).click();
    await expect(chip(page, 'Pay rent')).toBeHidden();
    expect((await account.get('/api/todos?completed=true'))[0].title).toBe('Pay rent');
    await undo(page, '“Pay rent” done.');
    await expect(chip(page, 'Pay rent')).toBeVisible();
    await page.getByRole('checkbox', { name: 'To-dos' }).uncheck();
    await expect(chip(page, 'Pay rent')).toBeHidden();

    for (let i = 1; i <= 9; i++) await make(account, `Slot ${i}`, wed, `0${i}:00`, `0${i}:30`);
    await page.locator(`.week:has([data-day="${wed}"])`).getByRole('button', { name: /\+\d more/ }).click();
    await expect(dialog(page).getByRole('listitem')).toHaveCount(9);
    await dialog(page).getByRole('button', { name: /^Slot 9/ }).click();
    await expect(page.getByRole('dialog', { name: 'Slot 9' })).toBeVisible();
    await page.keyboard.press('Escape');
    await expect(dialog(page)).toBeHidden();
  });

  test('drags over days of a month, and duplicates', async ({ page, account }) => {
    await page.goto(`/calendar?view=month&date=${wed}`);
    const a = (await page.locator(`.day[data-day="${wed}"]`).boundingBox())!;
    const b = (await page.locator(`.day[data-day="${plus(wed, 2)}"]`).boundingBox())!;
    await drag(page, { x: a.x + 40, y: a.y + 70 }, { x: b.x + 40, y: b.y + 70 });
    await expect(dialog(page).getByLabel('All day')).toBeChecked();
    await expect(dialog(page).getByLabel('Last day')).toHaveValue(plus(wed, 2));
    await dialog(page).getByLabel('Title').fill('Trip');
    await page.keyboard.press('Control+Enter');
    await expect(chip(page, 'Trip')).toBeVisible();
    expect((await account.get('/api/events?q=trip')).map((e: { start: string; end: string }) => `${e.start} ${e.end}`)).toEqual([`${wed} ${plus(wed, 3)}`]);
    await chip(page, 'Trip').getByRole('button').click();
    await dialog(page).getByRole('button', { name: 'Edit' }).click();
    await dialog(page).getByRole('button', { name: 'Actions' }).click();
    await page.getByRole('menuitem', { name: 'Duplicate' }).click();
    await expect(page.getByRole('heading', { name: 'New event' })).toBeVisible();
    await dialog(page).getByLabel('Title').fill('Trip again');
    await page.keyboard.press('Control+Enter');
    await expect.poll(async () => (await account.get('/api/events?q=trip')).length).toBe(2);
  });

  test('builds a rule from words, and says it in words', async ({ page, account }) => {
    await page.goto(`/calendar?new=1&start=${wed}T10:00`);
    await dialog(page).getByLabel('Title').fill('Swimming');
    await dialog(page).getByLabel('Repeats').selectOption({ label: 'Custom…' });
    await dialog(page).getByLabel('Every').fill('2');
    await dialog(page).getByRole('checkbox', { name: 'Friday' }).check({ force: true });
    await dialog(page).getByLabel('Ends', { exact: true }).last().selectOption({ label: 'after a number of times' });
    await dialog(page).getByLabel('Times').fill('5');
    await expect(dialog(page).getByText('every 2 weeks on Wednesday and Friday, 5 times')).toBeVisible();
    await dialog(page).getByRole('button', { name: 'Add a reminder' }).click();
    await dialog(page).getByLabel('Reminder 1').selectOption({ label: '1 hour before' });
    await page.keyboard.press('Control+Enter');
    await expect(dialog(page)).toBeHidden();
    const [made] = await account.get('/api/events?q=swimming');
    expect(made).toMatchObject({ recurrence_rule: 'FREQ=WEEKLY;INTERVAL=2;COUNT=5;BYDAY=WE,FR', reminders: ['-PT1H'], time_zone: zone });
    await page.goto(`/calendar?view=day&date=${wed}`);
    await chip(page, 'Swimming').getByRole('button').click();
    await expect(dialog(page).getByText('every 2 weeks on Wednesday and Friday, 5 times')).toBeVisible();
  });

  test('walks an agenda with the keys', async ({ page, account }) => {
    await make(account, 'First', wed, '09:00', '10:00');
    await make(account, 'Second', wed, '11:00', '12:00');
    await page.goto(`/calendar?view=agenda&date=${wed}`);
    await page.getByRole('button', { name: /^First/ }).focus();
    await page.keyboard.press('ArrowDown');
    await expect(page.getByRole('button', { name: /^Second/ })).toBeFocused();
    await page.keyboard.press('Alt+ArrowRight');
    await expect.poll(() => shown(account)).toEqual([`First ${wed}T09:00 10:00`, `Second ${thu}T11:00 12:00`]);
    await expect(page.getByRole('button', { name: /^Second/ })).toBeFocused();
  });

  test('keeps what was typed and not saved', async ({ page }) => {
    await page.goto(`/calendar?new=1&start=${wed}T10:00`);
    await dialog(page).getByLabel('Title').fill('Half a thought');
    await page.keyboard.press('Escape');
    await expect(dialog(page)).toBeHidden();
    await page.getByRole('button', { name: 'Go on editing' }).click();
    await expect(dialog(page).getByLabel('Title')).toHaveValue('Half a thought');
  });

  test.describe('with a full account', () => {
    test.use({ demo: true });
    for (const scheme of ['light', 'dark'] as const) {
      test(`axe finds nothing in ${scheme}`, async ({ page }) => {
        test.slow();
        await page.emulateMedia({ colorScheme: scheme, reducedMotion: 'reduce' });
        for (const view of ['month', 'week', 'day', 'agenda']) {
          await page.goto(`/calendar?view=${view}`);
          await expect(page.locator('[data-key]').first()).toBeVisible();
          expect(await axeFinds(page), view).toEqual([]);
        }
        await page.goto('/calendar?view=month');
        await page.locator('.chip.event button').first().click();
        await expect(dialog(page)).toBeVisible();
        expect(await axeFinds(page), 'peek').toEqual([]);
        await dialog(page).getByRole('button', { name: 'Edit' }).click();
        await expect(dialog(page).getByLabel('Title')).toBeVisible();
        expect(await axeFinds(page), 'sheet').toEqual([]);
      });
    }
  });
});

test.describe('on a phone', () => {
  test.skip(({ isMobile }) => !isMobile);

  test('shows a month with dots and the day under it', async ({ page, account }) => {
    await make(account, 'Dentist', wed, '10:00', '11:00');
    await account.post('/api/todos', { title: 'Pay rent', due_date: wed });
    await page.goto(`/calendar?view=month&date=${thu}`);
    const cell = page.locator(`[data-cursor="${wed}"]`);
    await expect(cell.locator('.dot')).toHaveCount(2);
    await cell.tap();
    await expect(page.getByRole('button', { name: /^Dentist/ })).toBeVisible();
    await page.getByRole('checkbox', { name: 'Done: Pay rent' }).click({ force: true });
    await expect(cell.locator('.dot')).toHaveCount(1);
    await page.getByRole('button', { name: /^Dentist/ }).tap();
    await dialog(page).getByRole('button', { name: 'Delete' }).tap();
    await expect(page.getByText('Nothing on this day.')).toBeVisible();
    await undo(page, '“Dentist” deleted.');
    await expect(page.getByRole('button', { name: /^Dentist/ })).toBeVisible();
    expect(await axeFinds(page)).toEqual([]);
  });

  test('adds on the chosen day, and turns with a swipe', async ({ page }) => {
    await page.goto(`/calendar?view=month&date=${wed}`);
    await page.getByRole('button', { name: 'Add event' }).tap();
    await dialog(page).getByLabel('Title').fill('Picnic');
    await dialog(page).getByRole('button', { name: 'Add event' }).tap();
    await expect(page.getByRole('button', { name: /^Picnic/ })).toBeVisible();
    const title = page.getByRole('heading', { level: 1 });
    const before = await title.textContent();
    await swipe(page, 300, 90, 250);
    await expect(title).not.toHaveText(before!);
    await swipe(page, 90, 300, 250);
    await expect(title).toHaveText(before!);
  });

  test('carries an event with a held finger in three days', async ({ page, account }) => {
    await make(account, 'Gym', wed, '10:00', '11:00');
    await page.goto(`/calendar?view=week&date=${wed}`);
    await expect(page.locator('.column')).toHaveCount(3);
    await chip(page, 'Gym').waitFor();
    const from = await point(page, wed, '10:20');
    const to = await point(page, thu, '12:20');
    const touch = await page.context().newCDPSession(page);
    const send = (type: string, p?: { x: number; y: number }) => touch.send('Input.dispatchTouchEvent', { type: type as 'touchStart', touchPoints: p ? [p] : [] });
    await send('touchStart', from);
    await expect(page.locator('.chip.ghost')).toBeVisible(); // held long enough
    for (let i = 1; i <= 5; i++) await send('touchMove', { x: from.x + ((to.x - from.x) * i) / 5, y: from.y + ((to.y - from.y) * i) / 5 });
    await page.waitForTimeout(60);
    await send('touchEnd');
    await expect.poll(() => shown(account)).toEqual([`Gym ${thu}T12:00 13:00`]);
  });
});

async function swipe(page: Page, from: number, to: number, y: number) {
  const touch = await page.context().newCDPSession(page);
  await touch.send('Input.dispatchTouchEvent', { type: 'touchStart', touchPoints: [{ x: from, y }] });
  for (let i = 1; i <= 4; i++) await touch.send('Input.dispatchTouchEvent', { type: 'touchMove', touchPoints: [{ x: from + ((to - from) * i) / 4, y }] });
  await touch.send('Input.dispatchTouchEvent', { type: 'touchEnd', touchPoints: [] });
}
