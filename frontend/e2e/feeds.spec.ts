import { axeFinds, expect, test, toast } from './fixture';

test('a secret link is made, shown once, read without an account, and revoked', async ({ page, account, playwright }) => {
  await account.post('/api/events', { title: 'Supper', start: '2025-04-10T18:00:00', end: '2025-04-10T20:00:00', time_zone: 'Europe/Berlin' });
  await page.goto('/settings/security');
  const card = page.getByRole('region', { name: 'Secret links' });
  await card.getByRole('button', { name: 'Make a link' }).click();
  await card.getByLabel('Who it is for').fill('Colleagues');
  await card.getByLabel('Only when I am busy').check();
  expect(await axeFinds(page)).toEqual([]);
  await card.getByRole('button', { name: 'Make it' }).click();
  const link = await card.getByLabel('The link', { exact: true }).inputValue();
  expect(link).toMatch(/^http:\/\/[^/]+\/feeds\/[\w-]{43}\.ics$/);
  await card.getByRole('button', { name: 'I have it' }).click();
  await expect(card.getByText('Colleagues', { exact: true })).toBeVisible();
  await expect(card.getByText(/busy times only · never read/)).toBeVisible();
  await expect(card.getByLabel('The link', { exact: true })).toHaveCount(0);

  const stranger = await playwright.request.newContext();
  const read = await stranger.get(link);
  expect(read.headers()['content-type']).toContain('text/calendar');
  const text = await read.text();
  expect(text).toContain('SUMMARY:Busy');
  expect(text).not.toContain('Supper');
  await card.getByRole('button', { name: 'Revoke Colleagues' }).click();
  await card.getByRole('button', { name: 'Really revoke?' }).click();
  await expect(toast(page, 'Revoked: Colleagues')).toBeVisible();
  expect((await stranger.get(link)).status()).toBe(404);
  await stranger.dispose();
  expect(await account.get('/api/feeds')).toEqual([]);
});
