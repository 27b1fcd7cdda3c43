import { createServer, type Server as Http } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Page } from '@playwright/test';
import { axeFinds, expect, stands, test, toast, type Account } from './fixture';

/** ntfy's side: what it answers can be changed, and what was posted is kept. */
async function ntfy(account: Account): Promise<{ got: any[]; answer: (status: number, text?: string) => void; close: () => void }> {
  let status = 200;
  let text = '{}';
  const got: any[] = [];
  const peer: Http = createServer((req, res) => {
    let body = '';
    req.on('data', (chunk) => (body += chunk));
    req.on('end', () => {
      got.push(JSON.parse(body));
      res.statusCode = status;
      res.end(text);
    });
  });
  await new Promise<void>((up) => peer.listen(0, '127.0.0.1', up));
  const { port } = peer.address() as AddressInfo;
  await account.patch('/api/settings', { ntfy_server: `http://127.0.0.1:${port}`, ntfy_topic: 'ada', ntfy_enabled: true });
  return { got, answer: (to, said = '{}') => ([status, text] = [to, said]), close: () => peer.close() };
}

const deliveries = (account: Account) => account.get<{ title: string; state: string; rings: number }[]>('/api/deliveries');
const state = (account: Account, title: string) => async () => (await deliveries(account)).find((d) => d.title === title)?.state;
const line = (page: Page, title: string) => page.getByRole('listitem').filter({ hasText: title });
const now = () => new Date().toISOString();
const region = (page: Page, name: string) => page.getByRole('region', { name, exact: true });

test('what failed is told on the dashboard and in the ledger, and is sent again or answered there', async ({ page, account }) => {
  const peer = await ntfy(account);
  await page.goto('/settings/deliveries');
  await expect(page.getByText('Nothing has rung yet')).toBeVisible();
  await stands(page);
  expect(await axeFinds(page)).toEqual([]);

  peer.answer(403, '{"error":"forbidden"}');
  const todo = await account.post<{ id: number }>('/api/todos', { title: 'Water the plants', reminders: [now()] });
  await expect.poll(state(account, 'Water the plants')).toBe('failed');
  await page.goto('/');
  const panel = page.getByRole('region', { name: 'Reminders that did not arrive' });
  await expect(panel).toBeVisible();
  await panel.getByRole('link').first().click();
  await expect(page).toHaveURL(/settings\/deliveries/);
  await page.getByText('Failed', { exact: true }).click();
  await expect(line(page, 'Water the plants')).toContainText('ntfy: the ntfy server answered 403 Forbidden: forbidden');
  await stands(page);
  expect(await axeFinds(page)).toEqual([]);

  peer.answer(200);
  await page.getByRole('button', { name: 'Send again: Water the plants' }).click();
  await expect.poll(state(account, 'Water the plants')).toBe('sent');
  expect(peer.got.at(-1).title).toBe('Water the plants');
  await page.getByText('All', { exact: true }).click();
  await expect(line(page, 'Water the plants')).toContainText('sent');
  await page.getByRole('button', { name: 'Done: Water the plants' }).click();
  await expect(line(page, 'Water the plants')).toContainText('answered');
  expect((await account.get(`/api/todos/${todo.id}`)).completed).toBe(true);
  peer.close();
});

test('why it failed is said in German, also afterwards', async ({ page, account, isMobile }) => {
  test.skip(isMobile, 'the words are the same on a phone');
  const peer = await ntfy(account);
  peer.answer(403, '{"error":"forbidden"}');
  await account.post('/api/reminders', { title: 'Pflanzen', remind_at: now() });
  await expect.poll(state(account, 'Pflanzen')).toBe('failed');
  await account.patch('/api/settings', { language: 'de' });
  await page.goto('/settings/deliveries');
  await expect(line(page, 'Pflanzen')).toContainText('der ntfy-Server hat geantwortet: 403 Forbidden: forbidden');
  peer.close();
});

test('a reminder rings until it is answered, and says so', async ({ page, account }) => {
  const peer = await ntfy(account);
  await page.goto('/reminders');
  await page.getByLabel('A new reminder').fill('Stove off today 23:59');
  await page.keyboard.press('Enter');
  await page.getByRole('button', { name: 'Stove off', exact: true }).click();
  const sheet = page.getByRole('dialog');
  await sheet.getByLabel('Ring again until it is answered').selectOption({ label: 'every 10 minutes' });
  await sheet.getByRole('button', { name: 'Save' }).click();
  await expect(sheet).toHaveCount(0);
  const [reminder] = await account.get<{ id: number; insist_minutes: number }[]>('/api/reminders');
  expect(reminder!.insist_minutes).toBe(10);
  await account.patch(`/api/reminders/${reminder!.id}`, { remind_at: now() });
  await expect.poll(state(account, 'Stove off')).toBe('sent');
  expect(peer.got[0].priority).toBe(4);
  await page.goto('/settings/deliveries');
  await expect(line(page, 'Stove off')).toContainText('rings again');
  await page.getByRole('button', { name: 'In 1 hour: Stove off' }).click();
  await expect(line(page, 'Stove off')).toContainText('later');
  await expect(line(page, 'Stove off')).not.toContainText('rings again');
  peer.close();
});

test('the summary of the day, quiet hours and escalation are set, and taken back', async ({ page, account }) => {
  await page.goto('/settings/notifications');
  const digest = region(page, 'Summary of the day');
  await digest.getByRole('switch').check();
  await expect(toast(page, 'Changed: Send a summary each day')).toBeVisible();
  await digest.getByLabel('At').fill('06:30');
  await digest.getByLabel('At').press('Enter');
  await expect(toast(page, 'Changed: At')).toBeVisible();
  const quiet = region(page, 'Quiet hours');
  await expect(quiet.getByLabel('From')).toHaveCount(0);
  await quiet.getByText('Every day').click();
  await expect(quiet.getByLabel('From')).toHaveValue('22:00');
  await quiet.getByLabel('Until').fill('06:00');
  await quiet.getByLabel('Until').press('Enter');
  await expect(toast(page, 'Changed: Until')).toBeVisible();
  expect(await account.get('/api/settings')).toMatchObject({ digest_enabled: true, digest_time: '06:30', quiet_from: '22:00', quiet_until: '06:00', escalation: '' });
  const until = region(page, 'Until it is answered');
  await until.getByText('One more each time').click();
  const order = until.getByRole('list', { name: 'The order of channels' }).getByRole('listitem');
  await expect(order).toHaveText([/1\. Web Push/, /2\. ntfy/, /3\. Mail/, /4\. Webhook/]);
  await expect(until.getByRole('button', { name: 'Earlier: Web Push' })).toBeDisabled();
  await until.getByRole('button', { name: 'Earlier: Mail' }).click();
  await expect(order).toHaveText([/Web Push/, /Mail/, /ntfy/, /Webhook/]);
  await expect(until.getByRole('button', { name: 'Earlier: Mail' })).toBeFocused();
  await page.keyboard.press('Enter');
  await expect(order).toHaveText([/Mail/, /Web Push/, /ntfy/, /Webhook/]);
  expect((await account.get('/api/settings')).escalation).toBe('mail,push,ntfy,webhook');
  await stands(page);
  expect(await axeFinds(page)).toEqual([]);
  await until.getByText('All at once').click();
  await quiet.getByText('None').click();
  await expect(quiet.getByLabel('From')).toHaveCount(0);
  await expect.poll(() => account.get('/api/settings')).toMatchObject({ quiet_from: '', quiet_until: '', escalation: '' });
});

test('older ones are asked for twice in a hurry, and shown once', async ({ page, account, isMobile }) => {
  test.skip(isMobile, 'the same on a phone');
  for (let i = 0; i < 60; i++) await account.post('/api/reminders', { title: 'Everything at once', remind_at: now() });
  await expect.poll(async () => (await account.get('/api/deliveries?limit=100')).length).toBe(60);
  await page.goto('/settings/deliveries');
  const lines = line(page, 'Everything at once');
  await expect(lines).toHaveCount(50);
  let pressed = () => {};
  const twice = new Promise<void>((done) => (pressed = done));
  await page.route(/deliveries\?.*cursor=/, async (route) => {
    await twice;
    await route.continue();
  });
  await page.getByRole('button', { name: 'Show more' }).dblclick();
  pressed();
  await expect(lines).toHaveCount(60);
  await expect(page.getByRole('button', { name: 'Show more' })).toHaveCount(0);
});
