import { axeFinds, expect, password, Server, test } from './fixture';

test.describe('first run', () => {
  test.use({ signedIn: false });

  test('makes the first account and goes to Today', async ({ page }) => {
    const server = new Server();
    await server.start();
    await page.route('**/*', (route) => route.continue());
    await page.goto('about:blank');
    const fresh = await page.context().browser()!.newPage();
    await fresh.goto(server.url);
    await expect(fresh.getByRole('heading', { name: 'Welcome to Umbra' })).toBeVisible();
    await fresh.getByLabel('User name').fill('ada');
    await fresh.getByLabel('Password', { exact: true }).fill('aaaaaaaaaaaaaa');
    await expect(fresh.getByText('Use at least five different characters')).toBeVisible();
    await fresh.getByRole('button', { name: 'Create the account' }).click();
    await expect(fresh.getByRole('alert')).toContainText('different');
    expect(await axeFinds(fresh)).toEqual([]);
    await fresh.getByLabel('Password', { exact: true }).fill(password);
    await expect(fresh.getByText('Strong', { exact: true })).toBeVisible();
    await fresh.getByRole('button', { name: 'Create the account' }).click();
    await expect(fresh.getByRole('heading', { level: 1, name: 'Today' })).toBeVisible();
    await fresh.close();
    await server.remove();
  });

  test('asks for the set-up code on another machine', async ({ page }) => {
    const server = new Server();
    await server.start();
    const code = /[0-9A-Z]{4}-[0-9A-Z]{4}-[0-9A-Z]{4}/.exec(server.log)?.[0] ?? '';
    const far = await page.context().browser()!.newPage({ extraHTTPHeaders: { 'X-Forwarded-For': '192.0.2.7' } });
    await far.goto(server.url);
    await far.getByLabel('User name').fill('ada');
    await far.getByLabel('Password', { exact: true }).fill(password);
    await far.getByLabel('Set-up code').fill('WRON-GWRO-NGWR');
    await far.getByRole('button', { name: 'Create the account' }).click();
    await expect(far.getByRole('alert')).toBeVisible();
    await expect(far.getByLabel('Password', { exact: true })).toHaveValue(password);
    await far.getByLabel('Set-up code').fill(code);
    await far.getByRole('button', { name: 'Create the account' }).click();
    await expect(far.getByRole('heading', { level: 1, name: 'Today' })).toBeVisible();
    await far.close();
    await server.remove();
  });
});

test.describe('log-in', () => {
  test.use({ signedIn: false, allow: [/401|423|429/] });

  test('goes where one wanted to, and out again', async ({ page, account }) => {
    await page.goto('/settings');
    await page.getByLabel('User name').fill(account.username);
    await page.getByLabel('Password', { exact: true }).fill('not the password at all');
    await page.getByRole('button', { name: 'Log in', exact: true }).click();
    await expect(page.getByRole('alert')).toHaveText('The user name or the password is wrong.');
    await expect(page.getByLabel('User name')).toHaveValue(account.username);
    expect(await axeFinds(page)).toEqual([]);
    await page.getByLabel('Password', { exact: true }).fill(password);
    await page.keyboard.press('Enter');
    await expect(page.getByRole('heading', { level: 1, name: 'Settings' })).toBeVisible();
    await page.keyboard.press('Control+k');
    await page.getByRole('dialog').getByRole('combobox').fill('log out');
    await page.keyboard.press('Enter');
    await expect(page.getByRole('heading', { name: 'Log in' })).toBeVisible();
  });

  test('says for how long an account is locked', async ({ page, account }) => {
    for (let i = 0; i < 10; i++) {
      await page.request.post('/api/auth/login', { data: { username: account.username, password: 'wrong wrong wrong' }, headers: { 'X-Forwarded-For': `198.51.100.${i}` } });
    }
    await page.goto('/');
    await page.getByLabel('User name').fill(account.username);
    await page.getByLabel('Password', { exact: true }).fill(password);
    await page.keyboard.press('Enter');
    await expect(page.getByRole('alert')).toContainText('30 more minutes');
    await expect(page.getByRole('button', { name: 'Log in', exact: true })).toBeDisabled();
  });
});

test.describe('a session that ends elsewhere', () => {
  test.use({ allow: [/401/] });

  test('asks to log in and keeps what was typed', async ({ page, account }) => {
    await page.goto('/');
    await expect(page.getByRole('heading', { level: 1, name: 'Today' })).toBeVisible();
    await page.keyboard.press('n');
    const line = page.getByRole('dialog').getByRole('textbox').first();
    await line.fill('Half a thought');
    const other = await page.context().browser()!.newContext({ baseURL: account.url });
    await account.logIn(other);
    await other.request.delete('/api/auth/sessions');
    await page.keyboard.press('Enter'); // sends it, is refused
    await expect(page.getByRole('heading', { name: 'Your session has ended' })).toBeVisible();
    await page.getByLabel('Password', { exact: true }).fill(password);
    await page.getByRole('button', { name: 'Log in', exact: true }).click();
    await expect(page.getByRole('heading', { name: 'Your session has ended' })).toBeHidden();
    // The request that was refused has been sent again: the thought is a to-do.
    await expect.poll(async () => (await (await other.request.get('/api/todos?q=half')).json()).length).toBe(1);
    await other.close();
  });
});
