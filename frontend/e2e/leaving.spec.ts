import { day } from './days';
import { expect, password, test } from './fixture';
import type { Page } from '@playwright/test';

const secret = 'Heptagonal marmalade';

/** All that the browser keeps for this address beside the cookie. */
const kept = (page: Page) =>
  page.evaluate(async () => {
    const caches_ = 'caches' in window ? await caches.keys() : [];
    const responses = await Promise.all(caches_.map(async (name) => (await (await caches.open(name)).keys()).map((r) => r.url)));
    const databases = (await indexedDB.databases()).map((d) => d.name);
    return JSON.stringify({ local: { ...localStorage }, session: { ...sessionStorage }, responses, databases });
  });

test('nothing is left after log-out', async ({ page, account, isMobile }) => {
  const todo = await account.post<{ id: number }>('/api/todos', { title: secret, description: secret, due_date: day(0) });
  await account.post('/api/events', { title: secret, start: new Date().toISOString() });
  await account.post('/api/people', { given_name: secret });
  await account.post('/api/reminders', { title: secret, remind_at: new Date(Date.now() - 60_000).toISOString() });
  for (const path of ['/people', '/reminders', '/calendar', `/todos?open=${todo.id}`]) {
    await page.goto(path);
    await expect(page.locator('body')).toContainText(secret);
    expect(await kept(page), path).not.toContain(secret);
  }
  await page.goto('/');
  await expect(page.locator('main')).toContainText(secret);
  if (isMobile) await page.getByRole('button', { name: 'More' }).click();
  await page.getByRole('button', { name: 'Log out' }).click();
  await expect(page.getByRole('heading', { name: 'Log in' })).toBeVisible();
  expect(await page.content()).not.toContain(secret);
  const left = await kept(page);
  expect(left).not.toContain(secret);
  expect(left).not.toContain(account.username);
  expect(JSON.parse(left)).toMatchObject({ session: {}, responses: [], databases: [] });
  expect((await page.context().cookies()).filter((c) => c.name.includes('umbra') && c.value)).toEqual([]);
  await page.goBack(); // a page that was kept as it stood would still show it
  await expect(page.getByRole('heading', { name: 'Log in' })).toBeVisible();
  expect(await page.content()).not.toContain(secret);
});

test('log-out is at hand on every page', async ({ page, account, isMobile }) => {
  void account;
  for (const path of ['/', '/calendar', '/todos', '/reminders', '/projects', '/people', '/locations', '/templates', '/settings', '/settings/security', '/settings/notifications', '/settings/moving', '/settings/trash', '/settings/history', '/settings/about']) {
    await page.goto(path);
    if (isMobile) await page.getByRole('button', { name: 'More' }).click();
    await expect(page.getByRole('button', { name: 'Log out' }), path).toBeVisible();
  }
});

test.describe('fields of passwords', () => {
  test.use({ signedIn: false, permissions: ['clipboard-read', 'clipboard-write'] });

  test('hide what is typed, and take what is pasted or filled in', async ({ page, account }) => {
    await page.goto('/');
    const field = page.getByLabel('Password', { exact: true });
    await expect(field).toHaveAttribute('type', 'password');
    await expect(field).toHaveAttribute('autocomplete', 'current-password');
    await expect(page.getByLabel('User name')).toHaveAttribute('autocomplete', /username/);
    await page.evaluate((text) => navigator.clipboard.writeText(text), password);
    await field.focus();
    await page.keyboard.press('Control+v');
    await expect(field).toHaveValue(password);
    await page.getByRole('button', { name: 'Show the password' }).click();
    await expect(field).toHaveAttribute('type', 'text');
    await page.getByRole('button', { name: 'Hide the password' }).click();
    await page.getByLabel('User name').fill(account.username);
    await page.getByRole('button', { name: 'Log in', exact: true }).click();
    await expect(page.getByRole('heading', { level: 1, name: 'Today' })).toBeVisible();
    await page.goto('/settings/security');
    const form = page.getByRole('region', { name: 'Password' });
    for (const [name, fill] of [['Current password', 'current-password'], ['New password', 'new-password']] as const) {
      await expect(form.getByLabel(name, { exact: true })).toHaveAttribute('type', 'password');
      await expect(form.getByLabel(name, { exact: true })).toHaveAttribute('autocomplete', fill);
    }
  });
});
