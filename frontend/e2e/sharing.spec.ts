import type { Page } from '@playwright/test';
import { zone } from './days';
import { Account, axeFinds, expect, password, test as base, toast, undo } from './fixture';

// Two people of one household, each in a window of their own.

let others = 0;

/** A second person with a window. Afterwards nobody is called Ben: there is one at a time to share with. */
const test = base.extend<{ ben: Account; his: Page }>({
  ben: async ({ server, browser }, use) => {
    const context = await browser.newContext({ baseURL: server.url });
    const ben = new Account(`ben${process.pid}x${++others}`, server.url, context);
    server.run(['user', 'add', ben.username], password + '\n');
    await ben.logIn();
    await ben.patch('/api/settings', { time_zone: zone, language: 'en', preferred_name: 'Ben' });
    await use(ben);
    await ben.patch('/api/settings', { preferred_name: 'Somebody of before' });
    await context.close();
  },
  his: async ({ ben }, use) => use(await ben.context.newPage()),
});

test.use({ demo: false });

test('a calendar is shared, seen, changed and taken back, each in the other window at once', async ({ page, his, account, isMobile }) => {
  test.skip(isMobile, 'on a phone the calendars are in a sheet of their own');
  await account.patch('/api/settings', { preferred_name: 'Ann' });
  const { id } = await account.post('/api/calendars', { name: 'Family' });
  await account.post('/api/events', { title: 'Supper', start: '2025-03-12T18:00:00+01:00', calendar_id: id });

  await his.goto('/calendar?view=month&date=2025-03-12');
  await expect(his.getByRole('heading', { level: 1 })).toBeVisible();
  await expect(his.getByRole('button', { name: /Supper/ })).toHaveCount(0);

  await page.goto('/calendar?view=month&date=2025-03-12');
  await page.getByRole('button', { name: 'Edit calendar Family' }).click();
  const form = page.getByRole('dialog', { name: 'Calendar' });
  await form.getByLabel('Share with').selectOption({ label: 'Ben' });
  await form.getByRole('button', { name: 'Share', exact: true }).click();
  await expect(form.getByLabel('What Ben may do')).toHaveValue('read');

  // He sees it with her name, and cannot change it.
  await expect(his.getByRole('checkbox', { name: 'Family of Ann' })).toBeChecked();
  await his.getByRole('button', { name: /Supper/ }).click();
  const peek = his.getByRole('dialog', { name: 'Supper' });
  await expect(peek.getByText('Family · of Ann')).toBeVisible();
  await expect(peek.getByRole('button', { name: 'Delete' })).toHaveCount(0);
  await peek.getByRole('button', { name: 'Open' }).click();
  const sheet = his.getByRole('dialog', { name: 'Event' });
  await expect(sheet.getByText('Ann shares this with you to look at.')).toBeVisible();
  await expect(sheet.getByLabel('Title')).toBeDisabled();
  await expect(sheet.getByRole('button', { name: 'Save' })).toHaveCount(0);
  expect(await axeFinds(his)).toEqual([]);
  await sheet.locator('footer').getByRole('button', { name: 'Close' }).click();

  // Now he may.
  await form.getByLabel('What Ben may do').selectOption('write');
  await expect(page.getByText('Changed what Ben may do.').first()).toBeVisible();
  await his.getByRole('button', { name: /Supper/ }).click();
  await his.getByRole('dialog', { name: 'Supper' }).getByRole('button', { name: 'Edit' }).click();
  await sheet.getByLabel('Title').fill('Late supper');
  await sheet.getByRole('button', { name: 'Save' }).click();
  await expect(his.getByText('“Late supper” saved.').first()).toBeVisible();
  expect(await axeFinds(page)).toEqual([]);
  await expect(page.getByRole('button', { name: /Late supper/, includeHidden: true })).toHaveCount(1);
  await undo(his, '“Late supper” saved.');
  await expect(page.getByRole('button', { name: /Late supper/, includeHidden: true })).toHaveCount(0);

  // Taken back, it is gone from his window; with Undo it is there again.
  await form.getByRole('button', { name: 'Stop sharing with Ben' }).click();
  await expect(his.getByRole('button', { name: /Supper/ })).toHaveCount(0);
  await undo(page, 'is not shared with Ben any more');
  await expect(his.getByRole('button', { name: /Supper/ })).toHaveCount(1);
});

test('a project is looked at without handles, and left', async ({ page, his, ben, account }) => {
  await account.patch('/api/settings', { preferred_name: 'Ann' });
  const { id } = await account.post('/api/projects', { name: 'Garden' });
  await account.post(`/api/projects/${id}/tasks`, { title: 'Dig', due_date: '2025-03-12' });
  await page.goto(`/projects/${id}?edit=1`);
  const form = page.getByRole('dialog', { name: 'Edit project' });
  await form.getByLabel('Share with').selectOption({ label: 'Ben' });
  await form.getByRole('button', { name: 'Share', exact: true }).click();
  await expect(form.getByLabel('What Ben may do')).toBeVisible();

  await his.goto('/projects');
  await expect(his.getByText('Shared by Ann')).toBeVisible();
  await his.getByRole('link', { name: 'Garden' }).click();
  await expect(his.getByText('Ann shares this with you to look at.')).toBeVisible();
  await expect(his.getByRole('checkbox', { name: 'Done: Dig' })).toBeDisabled();
  await expect(his.getByRole('textbox', { name: 'Add a task' })).toHaveCount(0);
  expect(await axeFinds(his)).toEqual([]);
  await account.patch(`/api/projects/${id}/tasks/${(await account.get(`/api/projects/${id}/tasks`))[0].id}`, { title: 'Dig deep' });
  await expect(his.getByRole('button', { name: 'Dig deep' })).toBeVisible();
  await his.goto(`/projects/${id}?edit=1`);
  const dialog = his.getByRole('dialog');
  await dialog.getByRole('button', { name: 'Leave' }).click();
  await dialog.getByRole('button', { name: /^Leave\?/ }).click();
  await expect(his).toHaveURL(/\/projects$/);
  await expect(his.getByText('You left “Garden”.').first()).toBeVisible();
  expect(await ben.get('/api/projects')).toEqual([]);
  await expect(form.getByLabel('What Ben may do')).toHaveCount(0);
});

test('a share whose answer comes after word of it is shown once', async ({ page, ben, account }) => {
  void ben;
  const { id } = await account.post('/api/projects', { name: 'Garden' });
  await page.route('**/shares', async (route) => {
    if (route.request().method() !== 'POST') return route.continue();
    const readAgain = page.waitForResponse((r) => r.url().includes('/shares') && r.request().method() === 'GET');
    const response = await route.fetch();
    await readAgain;
    await route.fulfill({ response });
  });
  await page.goto(`/projects/${id}?edit=1`);
  const form = page.getByRole('dialog', { name: 'Edit project' });
  await form.getByLabel('Share with').selectOption({ label: 'Ben' });
  await form.getByRole('button', { name: 'Share', exact: true }).click();
  await expect(toast(page, 'Ben').first()).toBeVisible(); // the answer is there
  await expect(form.getByLabel('What Ben may do')).toHaveCount(1);
});
