import type { Page } from '@playwright/test';
import { axeFinds, expect, test, toast, undo, type Account } from './fixture';

type Reminder = { id: number; title: string; due_at: string; remind_at: string; snoozed_until: string | null; active: boolean; dismissed: boolean; recurrence_rule: string };

// A Wednesday of a coming spring: what is snoozed until lies ahead of the server's own clock too.
const now = new Date('2031-03-19T10:07:00+01:00');
const at = (minutes: number) => new Date(now.getTime() + minutes * 60_000).toISOString();
const make = (account: Account, title: string, minutes: number, more: object = {}) => account.post<Reminder>('/api/reminders', { title, remind_at: at(minutes), ...more });
const read = (account: Account, id: number) => account.get<Reminder>(`/api/reminders/${id}`);
const row = (page: Page, title: string) => page.getByRole('listitem').filter({ has: page.getByRole('button', { name: title, exact: true }) });
const heads = (page: Page) => page.locator('main').getByRole('heading', { level: 2 });

test.use({ allow: [/404 .*\/api\/reminders\/\d+\)/] }); // what is read just as it is deleted
test.beforeEach(async ({ page }) => {
  await page.clock.install({ time: now });
});

test('one is written in a line, changed, dismissed, woken, deleted and brought back', async ({ page, account }) => {
  await page.goto('/reminders');
  await expect(page.getByText('No reminders yet')).toBeVisible();
  const line = page.getByLabel('A new reminder');
  await line.fill('Bins out tomorrow 18:00 every week');
  await expect(page.getByText(/Reminds Tomorrow 18:00/)).toBeVisible();
  await page.keyboard.press('Enter');
  await expect(row(page, 'Bins out')).toContainText('Tomorrow 18:00');
  await expect(row(page, 'Bins out')).toContainText(/every Thursday/);
  await line.fill('Ring Ada');
  await page.keyboard.press('Enter');
  await expect(row(page, 'Ring Ada')).toContainText('Today 12:00');
  await expect(row(page, 'Ring Ada')).toContainText('in 2 hours');

  await page.getByRole('button', { name: 'Ring Ada', exact: true }).click();
  const sheet = page.getByRole('dialog');
  await sheet.getByLabel('Title').fill('Ring Ada Lovelace');
  await sheet.getByLabel('Time', { exact: true }).fill('15:30');
  await sheet.getByLabel('Repeats').selectOption({ label: 'Every day' });
  await sheet.getByRole('button', { name: 'Save' }).click();
  await expect(sheet).toHaveCount(0);
  await expect(row(page, 'Ring Ada Lovelace')).toContainText('Today 15:30');
  const all = () => account.get<Reminder[]>('/api/reminders');
  expect((await all()).find((r) => r.title === 'Ring Ada Lovelace')).toMatchObject({ remind_at: '2031-03-19T14:30:00Z', recurrence_rule: 'FREQ=DAILY' });

  const { id } = await make(account, 'Once only', 30);
  await row(page, 'Once only').getByRole('checkbox').click();
  await expect(row(page, 'Once only')).toHaveCount(0);
  await expect(toast(page, 'Dismissed “Once only”.')).toBeVisible();
  await undo(page, 'Dismissed “Once only”.');
  await expect(row(page, 'Once only')).toBeVisible();
  await row(page, 'Once only').getByRole('checkbox').click();
  await page.getByText('Dismissed', { exact: true }).click();
  await expect(page).toHaveURL(/show=dismissed/);
  await expect(row(page, 'Once only')).toBeVisible();
  await row(page, 'Once only').getByRole('checkbox').click();
  await expect.poll(async () => (await read(account, id)).dismissed).toBe(false);

  await page.getByText('Open', { exact: true }).click();
  await page.getByRole('button', { name: 'Actions: Once only' }).click();
  await page.getByRole('menuitem', { name: 'Delete' }).click();
  await expect(toast(page, 'Deleted “Once only”.')).toBeVisible();
  await expect(row(page, 'Once only')).toHaveCount(0);
  await undo(page, 'Deleted “Once only”.');
  await expect(row(page, 'Once only')).toBeVisible();
});

test('they stand in groups, and filters live in the address', async ({ page, account }) => {
  await make(account, 'Late one', -90);
  await make(account, 'Soon one', 45);
  const later = await make(account, 'Put off', -5);
  await account.patch(`/api/reminders/${later.id}/snooze`, { until: at(600) });
  await make(account, 'Still one', 60, { active: false });
  await page.goto('/reminders');
  await expect(heads(page)).toHaveText(['Due 1', 'Upcoming 1', 'Snoozed 1', 'Switched off 1']);
  await expect(row(page, 'Late one')).toContainText('2 hours ago');
  await expect(row(page, 'Soon one')).toContainText('in 45 minutes');
  await page.clock.fastForward('46:00'); // the page goes on by itself
  await expect(heads(page)).toHaveText(['Due 2', 'Snoozed 1', 'Switched off 1']);

  await page.getByText('Snoozed', { exact: true }).first().click();
  await page.reload();
  await expect(page.getByRole('listitem').getByRole('button', { name: 'Put off', exact: true })).toBeVisible();
  await expect(row(page, 'Late one')).toHaveCount(0);
  await page.getByLabel('Find a reminder').fill('zzz');
  await expect(page).toHaveURL(/q=zzz/);
  await page.getByRole('button', { name: 'Show all' }).click();
  await expect(row(page, 'Late one')).toBeVisible();
});

test.describe('snoozing', () => {
  for (const [name, want] of [['This evening', '2031-03-19T17:00:00Z'], ['Tomorrow morning', '2031-03-20T08:00:00Z'], ['Next week', '2031-03-24T08:00:00Z']] as const) {
    test(`${name}, from the row`, async ({ page, account }) => {
      const { id } = await make(account, 'Ring Ada', -5);
      await page.goto('/reminders');
      await page.getByRole('button', { name: 'Snooze “Ring Ada”' }).click();
      await page.getByRole('menuitem', { name }).click();
      await expect.poll(async () => (await read(account, id)).snoozed_until).toBe(want);
      await expect(heads(page)).toHaveText(['Snoozed 1']);
      await expect(toast(page, '“Ring Ada” reminds again')).toBeVisible();
      await undo(page, '“Ring Ada” reminds again');
      await expect(heads(page)).toHaveText(['Due 1']);
      expect((await read(account, id)).snoozed_until).toBeNull();
    });
  }

  test('for minutes, as the server counts them', async ({ page, account }) => {
    const { id } = await make(account, 'Ring Ada', -5);
    await page.goto('/reminders');
    await page.getByRole('button', { name: 'Snooze “Ring Ada”' }).click();
    await page.getByRole('menuitem', { name: '10 minutes' }).click();
    await expect.poll(async () => Math.round((Date.parse((await read(account, id)).snoozed_until ?? '') - Date.now()) / 60_000)).toBe(10);
  });

  test('in the evening there is no “this evening”', async ({ page, account }) => {
    await page.clock.setFixedTime(new Date('2031-03-19T19:00:00+01:00'));
    await make(account, 'Ring Ada', -5);
    await page.goto('/reminders');
    await page.getByRole('button', { name: 'Snooze “Ring Ada”' }).click();
    await expect(page.getByRole('menuitem', { name: 'Tomorrow morning' })).toBeVisible();
    await expect(page.getByRole('menuitem', { name: 'This evening' })).toHaveCount(0);
  });

  test('by keys, until a time of one’s own', async ({ page, account, isMobile }) => {
    test.skip(isMobile, 'a phone has no keys');
    const first = await make(account, 'First', -30);
    const second = await make(account, 'Second', -20);
    await page.goto('/reminders');
    await expect(row(page, 'Second')).toBeVisible();
    await page.keyboard.press('j');
    await page.keyboard.press('s');
    await page.keyboard.press('ArrowUp'); // the last: another time
    await page.keyboard.press('Enter');
    await page.getByLabel('Until').fill('2031-03-19T09:00');
    await page.keyboard.press('Enter');
    await expect(page.getByText('Choose a moment that is still to come.')).toBeVisible();
    await page.getByLabel('Until').fill('2031-04-01T07:45');
    await page.keyboard.press('Enter');
    await expect.poll(async () => (await read(account, first.id)).snoozed_until).toBe('2031-04-01T05:45:00Z');
    await page.keyboard.press('k');
    await page.keyboard.press('k');
    await page.keyboard.press('d');
    await expect.poll(async () => (await read(account, second.id)).dismissed).toBe(true);
    await page.keyboard.press('z');
    await expect.poll(async () => (await read(account, second.id)).dismissed).toBe(false);
  });

  test('a repeating one that is dismissed goes on to its next time', async ({ page, account }) => {
    const { id } = await make(account, 'Vitamins', -5, { recurrence_rule: 'FREQ=DAILY' });
    await page.goto('/reminders');
    await row(page, 'Vitamins').getByRole('checkbox').click();
    await expect(heads(page)).toHaveText(['Upcoming 1']);
    expect(await read(account, id)).toMatchObject({ dismissed: false, due_at: '2031-03-20T09:02:00Z' });
  });
});

test.describe('one that falls due while a page is open', () => {
  const notice = (page: Page) => page.getByRole('region', { name: 'Reminder', exact: true });
  /** The page has read of it. Begin to wait before it is made: the page may be quicker than the answer. */
  const heardOf = (page: Page, title: string) => page.waitForResponse(async (r) => /\/api\/reminders\?.*active=true/.test(r.url()) && (await r.text()).includes(title));

  test('is told quietly, once, and can be put off from there', async ({ page, account, open }) => {
    const { id } = await make(account, 'Ring Ada', 5);
    await make(account, 'Was due before', -60);
    const other = await open();
    await other.goto('/reminders');
    await page.goto('/projects');
    await expect(page.getByText('No projects yet')).toBeVisible();
    await expect(notice(page)).toHaveCount(0);
    await page.clock.fastForward('05:01');
    await expect.poll(async () => (await notice(page).count()) + (await notice(other).count())).toBe(1);
    const [one, none] = (await notice(page).count()) ? [page, other] : [other, page];
    await expect(notice(one)).toContainText('Ring Ada');
    await expect(notice(none)).toHaveCount(0);
    await notice(one).getByRole('button', { name: 'Tomorrow' }).click();
    await expect(notice(one)).toHaveCount(0);
    await expect.poll(async () => (await read(account, id)).snoozed_until).toBe('2031-03-20T08:00:00Z');
  });

  test('goes away when it is dismissed elsewhere, and one made meanwhile is told too', async ({ page, account }) => {
    await page.goto('/projects');
    await expect(page.getByText('No projects yet')).toBeVisible();
    const first = heardOf(page, 'Made later');
    const { id } = await make(account, 'Made later', 3);
    await first;
    await page.clock.fastForward('03:01');
    await expect(notice(page)).toContainText('Made later');
    await account.patch(`/api/reminders/${id}/dismiss`);
    await expect(notice(page)).toHaveCount(0);
    const second = heardOf(page, 'And another');
    await make(account, 'And another', 4);
    await second;
    await page.clock.fastForward('01:01');
    await notice(page).getByRole('button', { name: 'Done' }).click();
    await expect(toast(page, 'Dismissed “And another”.')).toBeVisible();
    await expect.poll(async () => (await account.get<Reminder[]>('/api/reminders?dismissed=true')).length).toBe(2);
  });
});

test('another window sees a change at once', async ({ page, account, open }) => {
  await make(account, 'Ring Ada', 60);
  const other = await open();
  await other.goto('/reminders');
  await expect(row(other, 'Ring Ada')).toBeVisible();
  await page.goto('/reminders');
  await row(page, 'Ring Ada').getByRole('checkbox').click();
  await expect(row(other, 'Ring Ada')).toHaveCount(0);
  await expect(toast(page, 'Dismissed “Ring Ada”.')).toBeVisible();
  await undo(page, 'Dismissed “Ring Ada”.');
  await expect(row(other, 'Ring Ada')).toBeVisible();
});

for (const colorScheme of ['light', 'dark'] as const) {
  test(`axe finds nothing, ${colorScheme}`, async ({ page, account }) => {
    await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
    const ada = await account.post<{ id: number }>('/api/people', { given_name: 'Ada', family_name: 'Lovelace' });
    const { id } = await make(account, 'Ring Ada', -90, { person_id: ada.id, recurrence_rule: 'FREQ=WEEKLY' });
    await make(account, 'Bins', 90);
    await make(account, 'Still one', 60, { active: false });
    await page.goto('/reminders');
    await expect(row(page, 'Ring Ada').getByRole('link', { name: 'Ada Lovelace' })).toBeVisible();
    expect(await axeFinds(page)).toEqual([]);
    await page.getByRole('button', { name: 'Snooze “Bins”' }).click();
    await expect(page.getByRole('menuitem').first()).toBeVisible();
    expect(await axeFinds(page)).toEqual([]);
    await page.goto(`/reminders?open=${id}`);
    await expect(page.getByRole('dialog').getByLabel('Title')).toBeVisible();
    await expect(page.getByRole('button', { name: 'Save' })).toBeEnabled();
    await page.evaluate(() => Promise.all(document.getAnimations().map((a) => a.finished)));
    expect(await axeFinds(page)).toEqual([]);
  });
}
