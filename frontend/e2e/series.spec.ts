import { at, chip, dialog, drag, make, plus, point, shown, thu, wed, zone } from './calendar';
import { expect, test, undo } from './fixture';

test.skip(({ isMobile }) => isMobile, 'a phone has its own tests of the calendar');

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
  await expect(dialog(page)).toBeHidden(); // the server has it before the window knows

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
