import type { Page } from '@playwright/test';
import { at, chip, dialog, drag, make, middle, plus, point, shown, thu, wed, zone } from './calendar';
import { moment } from './days';
import { axeFinds, expect, heard, test, undo } from './fixture';

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

  test('has nothing under the heads of its days, whatever the hour it opens at', async ({ page, account }) => {
    await page.clock.setFixedTime(moment(wed, '09:50'));
    await make(account, 'Early', wed, '07:00', '08:05'); // ends a quarter of an hour into what is shown
    await page.goto(`/calendar?view=day&date=${wed}`);
    const early = page.getByRole('button', { name: /^Early/ });
    await expect(early).toBeVisible();
    expect(await page.locator('[data-scroll]').evaluate((box) => box.scrollTop / box.scrollHeight)).toBeCloseTo((9 + 50 / 60 - 2) / 24, 2);
    expect(await axeFinds(page)).toEqual([]);
    await early.focus();
    await expect(early).toBeInViewport({ ratio: 0.99 });
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

// Narrow as it is, what is shown can be hit and read; what is not has a number in its place.
test('a crowded hour of a week', async ({ page, account }) => {
  await page.emulateMedia({ reducedMotion: 'reduce' });
  for (const n of [1, 2, 3, 4]) await make(account, `Class ${n}`, wed, '10:00', '11:00');
  await account.post('/api/todos', { title: 'Sign the form', due_date: wed, due_time: '10:00' });
  for (const n of [1, 2]) await make(account, `Talk ${n}`, thu, '10:00', '11:00');
  await account.post('/api/todos', { title: 'Take notes', due_date: thu, due_time: '10:00' });
  await page.goto(`/calendar?view=week&date=${wed}`);
  const column = (day: string) => page.locator(`[data-day="${day}"][data-hours]`);
  await expect(column(thu).locator('.chip')).toHaveCount(3);
  await expect(column(thu).getByRole('checkbox')).toBeHidden();
  const more = column(wed).getByRole('button', { name: '+3 more' });
  await expect(more).toHaveText('+3');
  expect(await axeFinds(page)).toEqual([]);
  await more.click();
  const list = page.getByRole('dialog');
  for (const title of ['Class 4', 'Sign the form']) await expect(list.getByRole('button', { name: title })).toBeVisible();
  await page.keyboard.press('Escape');
  await expect(list).toBeHidden();
  await expect(more).toBeFocused();
  // On a day by itself there is room for all.
  await page.goto(`/calendar?view=day&date=${wed}`);
  await expect(column(wed).locator('.chip')).toHaveCount(5);
  await expect(column(wed).getByRole('checkbox')).toBeVisible();
  expect(await axeFinds(page)).toEqual([]);
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
    await expect(dialog(page)).toHaveCount(0);
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
