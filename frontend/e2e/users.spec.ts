import type { Browser, Page } from '@playwright/test';
import { zone } from './days';
import { axeFinds, expect, heard, password, test, toast } from './fixture';
import { codeOf } from './totp';

// An administrator and those who come by their links, each in a browser of their own.

test.use({ admin: true });
test.beforeEach(() => test.setTimeout(90_000)); // two browsers each

const another = 'nine yellow telescopes';
let guests = 0;
const guestName = () => `guest${process.pid}x${++guests}`;

/** A browser in which nobody is signed in. */
async function elsewhere(browser: Browser, server: { url: string }): Promise<Page> {
  const context = await browser.newContext({ baseURL: server.url, locale: 'en-GB', timezoneId: zone, extraHTTPHeaders: { 'X-Forwarded-For': `172.16.${process.pid % 250}.${++guests % 250}` } });
  return context.newPage();
}

/** What an administrator does to somebody, by the menu of their row. */
async function choose(page: Page, name: string, act: string) {
  await page.getByRole('button', { name: `Actions: ${name}`, exact: true }).click();
  await page.getByRole('menuitem', { name: act }).click();
}

const row = (page: Page, name: string) => page.getByRole('list', { name: 'Users' }).getByRole('listitem').filter({ has: page.getByText(name, { exact: true }) });
const again = (page: Page) => page.evaluate(() => dispatchEvent(new Event('focus')));

/** Makes an invitation in the page; answers its link. */
async function invite(page: Page, name: string): Promise<string> {
  await page.getByRole('button', { name: 'Invite somebody' }).click();
  const sheet = page.getByRole('dialog', { name: 'Invite somebody' });
  await sheet.getByLabel('User name').fill(name);
  await sheet.getByRole('button', { name: 'Make the link' }).click();
  const link = await sheet.getByLabel('The link').inputValue();
  expect(link).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/join#[\w-]{43}$/);
  return link;
}

test.describe('an invitation', () => {
  test.use({ allow: [/401|404|422/] });

  test('makes an account, which is seen at once', async ({ page, account, browser, server }) => {
    const name = guestName();
    await page.goto('/settings/users');
    const link = await invite(page, name);
    const sheet = page.getByRole('dialog', { name: 'Invite somebody' });
    await expect(sheet.getByText('of this machine alone')).toBeVisible(); // a QR code of 127.0.0.1 is of no use
    expect(await axeFinds(page)).toEqual([]);
    await sheet.getByRole('button', { name: 'I have it' }).click();
    await expect(page.getByRole('region', { name: 'Open invitations' }).getByText(name)).toBeVisible();
    expect(await axeFinds(page)).toEqual([]);

    const his = await elsewhere(browser, server);
    await his.goto(link);
    await expect(his.getByText(`${account.username} invites you`)).toBeVisible();
    await expect(his.getByLabel('User name')).toHaveValue(name);
    await his.getByLabel('Password', { exact: true }).fill('short');
    await expect(his.getByText('7 more characters')).toBeVisible();
    await his.getByLabel('Password', { exact: true }).fill('aaaaaaaaaaaaaaaa');
    await his.getByRole('button', { name: 'Make my account' }).click();
    await expect(his.getByRole('alert')).toContainText('different');
    expect(await axeFinds(his)).toEqual([]);
    await his.getByLabel('Password', { exact: true }).fill(password);
    await his.getByRole('button', { name: 'Make my account' }).click();
    await expect(his.getByRole('heading', { level: 1, name: 'Today' })).toBeVisible();
    await expect(toast(his, `Welcome, ${name}`)).toBeVisible();
    expect(new URL(his.url()).hash).toBe('');

    await again(page);
    await expect(row(page, name)).toContainText('last here');
    await expect(page.getByRole('region', { name: 'Open invitations' })).toHaveCount(0);

    await his.goto('about:blank');
    await his.context().clearCookies();
    await his.goto(link);
    await expect(his.getByRole('heading', { name: 'no longer good' })).toBeVisible();
    expect(await axeFinds(his)).toEqual([]);
    await his.context().close();
  });

  test('is withdrawn, says what is wrong with it, and asks who is signed in', async ({ page, account, browser, server }) => {
    const name = guestName();
    await page.goto('/settings/users');
    const link = await invite(page, name);
    await page.getByRole('button', { name: 'I have it' }).click();

    await page.goto(link);
    await expect(page.getByRole('heading', { name: `You are signed in as ${account.username}` })).toBeVisible();
    expect(await axeFinds(page)).toEqual([]);
    await page.getByRole('link', { name: 'Go to Today' }).click();
    await expect(page.getByRole('heading', { level: 1, name: 'Today' })).toBeVisible();

    await page.goto('/settings/users');
    await page.getByRole('button', { name: `Revoke the link for ${name}` }).click();
    await page.getByRole('button', { name: 'Really revoke?' }).click();
    await expect(toast(page, 'opens nothing any more')).toBeVisible();

    const his = await elsewhere(browser, server);
    await his.goto(link);
    await expect(his.getByRole('heading', { name: 'no longer good' })).toBeVisible();
    await his.goto('/join');
    await expect(his.getByRole('heading', { name: 'not whole' })).toBeVisible();
    await his.getByRole('link', { name: 'Log in' }).click();
    await expect(his.getByRole('heading', { name: 'Log in' })).toBeVisible();
    await his.context().close();
  });

  test('is taken by whoever logs out for it, with keys alone', async ({ page }) => {
    const name = guestName();
    await page.goto('/settings');
    await expect(page.getByRole('heading', { level: 1, name: 'Settings' })).toBeVisible();
    await page.keyboard.press('g');
    await page.keyboard.press('u');
    await expect(page.getByRole('heading', { level: 1, name: 'Users' })).toBeVisible();
    await page.keyboard.press('c');
    const sheet = page.getByRole('dialog', { name: 'Invite somebody' });
    await expect(sheet.getByLabel('User name')).toBeFocused();
    await page.keyboard.type(name);
    await page.keyboard.press('Enter');
    await expect(sheet.getByLabel('The link')).toBeFocused();
    const link = await sheet.getByLabel('The link').inputValue();
    await page.keyboard.press('Escape');
    await expect(sheet).toHaveCount(0);
    await page.goto(link);
    await page.getByRole('button', { name: 'Log out and go on' }).press('Enter');
    await page.getByLabel('Password', { exact: true }).fill(password);
    await page.keyboard.press('Enter');
    await expect(toast(page, `Welcome, ${name}`)).toBeVisible();
  });
});

test.describe('a link', () => {
  test.use({ allow: [/403/] });

  test('asks for a proof, and is shown as a QR code where a phone reaches it', async ({ page }) => {
    // The log-in of this test was just now, and its server is at an address of this machine: what another says is told in its place.
    const url = 'https://umbra.example.org/join#' + 'x'.repeat(43);
    let asked = 0;
    await page.route('**/api/invitations', (route) => {
      if (route.request().method() !== 'POST') return route.continue();
      return asked++ === 0 ? route.fulfill({ status: 403, contentType: 'application/problem+json', body: JSON.stringify({ status: 403, code: 'proof_needed', detail: 'x' }) }) : route.fulfill({ status: 201, json: { id: 1, url } });
    });
    await page.goto('/settings/users');
    await page.getByRole('button', { name: 'Invite somebody' }).click();
    await page.getByRole('button', { name: 'Make the link' }).click();
    const proof = page.getByRole('dialog', { name: 'Is it you?' });
    await proof.getByLabel('Password', { exact: true }).fill(password);
    await page.keyboard.press('Enter');
    await expect(proof).toHaveCount(0);
    await expect(page.getByLabel('The link')).toHaveValue(url);
    const code = page.getByRole('img', { name: 'QR code of the link' });
    await expect.poll(() => code.evaluate((img: HTMLImageElement) => img.naturalWidth)).toBeGreaterThan(0);
  });
});

test.describe('a user', () => {
  test.use({ allow: [/401/] });

  test('is made an administrator, shut out, let in and deleted, each at once', async ({ page, browser, server }) => {
    const name = guestName();
    server.run(['user', 'add', name], password + '\n');
    const his = await elsewhere(browser, server);
    await his.request.post('/api/auth/login', { data: { username: name, password } });
    await his.goto('/');
    await expect(his.getByRole('heading', { level: 1, name: 'Today' })).toBeVisible();
    await page.goto('/settings/users');

    await choose(page, name, 'Make an administrator');
    await toast(page, 'is an administrator now').hover(); // it stays
    await expect(row(page, name).getByText('Administrator')).toBeVisible();
    await toast(page, 'is an administrator now').getByRole('button', { name: 'Undo' }).click();
    await expect(row(page, name).getByText('Administrator')).toHaveCount(0);

    await choose(page, name, 'Shut out');
    await expect(row(page, name).getByText('Shut out')).toBeVisible();
    await expect(his.getByRole('heading', { name: 'Your session has ended' })).toBeVisible();
    expect((await his.request.get('/api/todos')).status()).toBe(401);
    await choose(page, name, 'Let in again');
    await expect(toast(page, 'may log in again')).toBeVisible();
    await expect(row(page, name).getByText('Shut out')).toHaveCount(0);
    await his.getByLabel('Password', { exact: true }).fill(password);
    await his.getByRole('button', { name: 'Log in', exact: true }).click();
    await expect(his.getByRole('heading', { name: 'Your session has ended' })).toHaveCount(0);

    await choose(page, name, 'Delete for good');
    const sure = page.getByRole('dialog', { name: `Delete ${name}?` });
    await expect(sure.getByRole('button', { name: 'Delete for good' })).toBeDisabled();
    expect(await axeFinds(page)).toEqual([]);
    await sure.getByLabel(`Type ${name}`).fill(name);
    await page.keyboard.press('Enter');
    await expect(toast(page, `${name} is deleted`)).toBeVisible();
    await expect(row(page, name)).toHaveCount(0);
    await expect(his.getByRole('heading', { name: 'Your session has ended' })).toBeVisible();
    await his.context().close();
  });
});

test.describe('a link for a new password', () => {
  test.use({ allow: [/401/] });

  test('lets somebody in who forgot theirs, and is told of', async ({ page, browser, server }) => {
    const name = guestName();
    server.run(['user', 'add', name], password + '\n');
    await page.goto('/settings/users');
    await expect(row(page, name)).toContainText('not here yet');
    await choose(page, name, 'New password by link');
    const sheet = page.getByRole('dialog', { name: `A new password for ${name}` });
    expect(await axeFinds(page)).toEqual([]);
    await sheet.getByRole('button', { name: 'Make the link' }).click();
    const link = await sheet.getByLabel('The link').inputValue();
    await page.keyboard.press('Escape');

    const his = await elsewhere(browser, server);
    await his.goto(link);
    await expect(his.getByRole('heading', { name: 'A new password' })).toBeVisible();
    await expect(his.getByLabel('User name')).toHaveValue(name);
    await expect(his.getByLabel('User name')).not.toBeEditable();
    expect(await axeFinds(his)).toEqual([]);
    await his.getByLabel('Password', { exact: true }).fill(another);
    await his.getByRole('button', { name: 'Set the password' }).click();
    await expect(his.getByRole('heading', { level: 1, name: 'Today' })).toBeVisible();

    await his.goto('/settings/security');
    const own = his.getByRole('region', { name: 'What happened to your account' });
    for (const said of ['Logged in', 'New password without the old one', 'A link for a new password was made', 'Account added']) await expect(own.getByText(said).first()).toBeVisible();
    expect(await axeFinds(his)).toEqual([]);
    await his.context().close();
  });
});

test.describe('a link for the password of somebody', () => {
  test.use({ allow: [/401/] });

  test('who is signed in here goes on with the new one', async ({ page, account }) => {
    const me = (await account.get('/api/users?limit=500')).find((u: { username: string }) => u.username === account.username);
    const { url } = await account.post(`/api/users/${me.id}/reset`);
    await page.goto(url);
    await page.getByLabel('Password', { exact: true }).fill(another);
    await page.getByRole('button', { name: 'Set the password' }).click();
    await expect(page.getByRole('heading', { level: 1, name: 'Today' })).toBeVisible();
  });

  test('who has a second factor is still asked for it', async ({ page, account, server, browser }) => {
    const name = guestName();
    server.run(['user', 'add', name], password + '\n');
    const his = await elsewhere(browser, server);
    const post = async (path: string, data: object) => (await his.request.post(path, { data })).json();
    await post('/api/auth/login', { username: name, password });
    const { secret } = await post('/api/auth/totp/enroll', { password });
    await post('/api/auth/totp/confirm', { code: codeOf(secret) });
    await his.context().clearCookies();
    const him = (await account.get('/api/users?limit=500')).find((u: { username: string }) => u.username === name);
    const { url } = await account.post(`/api/users/${him.id}/reset`);
    await his.goto(url);
    await his.getByLabel('Password', { exact: true }).fill(another);
    await his.getByRole('button', { name: 'Set the password' }).click();
    await expect(his.getByRole('heading', { name: 'The password is set' })).toBeVisible();
    await his.getByRole('link', { name: 'Log in' }).click();
    await his.getByLabel('User name').fill(name);
    await his.getByLabel('Password', { exact: true }).fill(another);
    await his.getByRole('button', { name: 'Log in', exact: true }).click();
    await expect(his.getByRole('heading', { name: 'Second step' })).toBeVisible();
    await page.goto('/settings/users');
    await expect(row(page, name)).toContainText('second factor on');
    await his.context().close();
  });
});

test.describe('the audit list', () => {
  test.use({ allow: [/401/] });

  test('tells of everybody, is chosen from, and read on', async ({ page, server, browser }) => {
    const name = guestName();
    server.run(['user', 'add', name], password + '\n');
    const his = await elsewhere(browser, server);
    for (const typed of ['not the password', password]) await his.request.post('/api/auth/login', { data: { username: name, password: typed } });
    await his.context().close();

    await page.goto('/settings/users');
    await choose(page, name, 'What happened');
    await expect(page).toHaveURL(/\/settings\/audit\?user=\d+$/);
    const list = page.getByRole('main');
    for (const said of ['Account added', 'A log-in failed', 'Logged in']) await expect(list.getByRole('listitem').filter({ hasText: `${name}: ${said}` })).toHaveCount(1);
    await expect(list.getByRole('listitem').filter({ hasText: 'Account added' })).toContainText('on the server itself');
    expect(await axeFinds(page)).toEqual([]);
    await page.getByLabel('What', { exact: true }).selectOption({ label: 'A log-in failed' });
    await expect(page).toHaveURL(/kind=log_in_failed/);
    await expect(list.getByRole('listitem').filter({ hasText: name })).toHaveCount(1);
    await page.getByLabel('What', { exact: true }).selectOption({ label: 'Second factor turned on' });
    await expect(page.getByText('Nothing of this kind')).toBeVisible();
    expect(await axeFinds(page)).toEqual([]);
    await page.reload();
    await expect(page.getByText('Nothing of this kind')).toBeVisible();
  });

  test('is read page by page', async ({ page, account }) => {
    for (let i = 0; i < 6; i++) {
      const made = await account.post<{ id: number }>('/api/auth/tokens', { name: `Token ${i}`, scopes: ['read'] });
      await account.delete(`/api/auth/tokens/${made.id}`);
    }
    await page.goto('/settings/security');
    const own = page.getByRole('region', { name: 'What happened to your account' });
    await expect(own.getByText('App password or token revoked: Token 5')).toBeVisible();
    await expect(own.getByText('App password or token made: Token 0')).toHaveCount(0);
    await own.getByRole('button', { name: 'Older' }).click();
    await expect(own.getByText('App password or token made: Token 0')).toBeVisible();
    await expect(own.getByRole('button', { name: 'Older' })).toHaveCount(0);
  });
});

test.describe('whoever is no administrator', () => {
  test.use({ admin: false, allow: [/403/] });

  test('sees nothing of it', async ({ page, account }) => {
    await page.goto('/settings');
    const rooms = page.getByRole('navigation', { name: 'Settings' });
    await expect(rooms.getByRole('link', { name: 'Security' })).toBeVisible();
    await expect(rooms.getByRole('link', { name: /Users|Audit|Backups/ })).toHaveCount(0);
    for (const path of ['/settings/users', '/settings/audit']) {
      const asked: string[] = [];
      page.on('request', (r) => asked.push(new URL(r.url()).pathname));
      await page.goto(path);
      await expect(page.getByRole('heading', { level: 1, name: 'There is nothing here' })).toBeVisible();
      expect(asked.filter((p) => /^\/api\/(users|invitations|audit)/.test(p))).toEqual([]);
    }
    for (const path of ['/api/users', '/api/invitations', '/api/audit?all=true']) expect((await account.context.request.get(account.url + path)).status()).toBe(403);
  });
});

test.describe('the last administrator', () => {
  test.use({ allow: [/401|409/] });

  test('cannot be shut out, and is told so; another who shuts themselves out is out', async ({ page, account }) => {
    // The house of this test has other administrators; what the server says where it has none is told in its place.
    await page.goto('/settings/users');
    const said = 'This is the last administrator and cannot be disabled.';
    await page.route('**/api/users/*', (route) => route.fulfill({ status: 409, contentType: 'application/problem+json', body: JSON.stringify({ status: 409, code: 'last_admin', detail: said }) }), { times: 1 });
    await choose(page, account.username, 'Shut out');
    await expect(toast(page, said)).toBeVisible();
    await heard(page, said);
    await expect(row(page, account.username).getByText('Shut out')).toHaveCount(0);
    await choose(page, account.username, 'Shut out');
    await expect(page.getByRole('heading', { name: 'Log in' })).toBeVisible();
  });
});
