import { day } from './days';
import { expect, Server, stands, test, password } from './fixture';
import { slowNetwork } from './slow';

test.describe('the house', () => {
  test('is gone through by keys alone', async ({ page, isMobile }) => {
    test.skip(isMobile, 'a phone has no keys');
    await page.goto('/');
    await stands(page);
    for (const [key, name] of [['s', 'Settings'], ['y', 'History'], ['x', 'Trash'], ['d', 'Today']] as const) {
      await page.keyboard.press('g');
      await page.keyboard.press(key);
      await expect(page.getByRole('heading', { level: 1, name })).toBeVisible();
    }
    await page.keyboard.press('?');
    await expect(page.getByRole('dialog', { name: 'Keys' })).toBeVisible();
    await expect(page.getByRole('dialog').getByText('Go to Calendar')).toBeVisible();
    await page.keyboard.press('Escape');
    await expect(page.getByRole('dialog')).toHaveCount(0);
    // Behind an open dialog no key acts.
    await page.keyboard.press('Control+k');
    await page.keyboard.type('settings');
    await expect(page.getByRole('heading', { level: 1, name: 'Today' })).toBeVisible();
    await page.keyboard.press('Enter');
    await expect(page.getByRole('heading', { level: 1, name: 'Settings' })).toBeVisible();
  });

  test('keeps what is typed while a dialog is still on its way', async ({ page, account, isMobile }) => {
    test.skip(isMobile, 'a phone has no keys');
    await page.goto('/');
    await stands(page);
    await page.route('**/_app/immutable/chunks/**', async (route) => {
      await new Promise((next) => setTimeout(next, 400)); // a slow line
      await route.continue();
    });
    await page.keyboard.press('n');
    await page.keyboard.type('Gather the nuts'); // g, t and n alone would go elsewhere
    await page.keyboard.press('Enter');
    await expect.poll(async () => (await account.get('/api/todos')).map((x: { title: string }) => x.title)).toEqual(['Gather the nuts']);
    await expect(page.getByRole('dialog')).toHaveCount(0); // the page has heard of it too
    await page.keyboard.press('Control+k');
    await page.keyboard.type('settings');
    await page.keyboard.press('Enter');
    await expect(page.getByRole('heading', { level: 1, name: 'Settings' })).toBeVisible();
  });

  test('skips to the content, and shows where the focus is', async ({ page, isMobile }) => {
    test.skip(isMobile, 'a phone has no keys');
    await page.goto('/');
    await stands(page);
    await page.keyboard.press('Tab');
    await expect(page.getByRole('link', { name: 'Skip to the content' })).toBeFocused();
    await page.keyboard.press('Enter');
    await expect(page.locator('main')).toBeFocused();
    await page.keyboard.press('Tab');
    const outline = await page.evaluate(() => getComputedStyle(document.activeElement!).outlineStyle);
    expect(outline).toBe('solid');
  });

  test('finds records and goes to them', async ({ page, account }) => {
    const person = await account.post('/api/people', { given_name: 'Zoë', family_name: 'Çelik' });
    await page.goto('/');
    await stands(page);
    await page.keyboard.press('Control+k');
    await page.getByRole('dialog').getByRole('combobox').fill('zoe cel');
    await page.getByRole('option', { name: /Zoë Çelik/ }).click();
    await expect(page).toHaveURL(new RegExp(`/people/${person.id}$`));
  });

  test('speaks German when asked to, and takes that back', async ({ page }) => {
    await page.goto('/settings');
    await page.getByLabel('Language').selectOption('de');
    await expect(page.getByRole('heading', { level: 1, name: 'Einstellungen' })).toBeVisible();
    await expect(page.locator('html')).toHaveAttribute('lang', 'de');
    await page.getByRole('button', { name: 'Rückgängig' }).click();
    await expect(page.getByRole('heading', { level: 1, name: 'Settings' })).toBeVisible();
  });

  test.describe(() => {
    test.use({ allow: [/./] }); // its scripts are withheld
    test('keeps the theme from the first paint on', async ({ page }) => {
      await page.goto('/settings');
      await page.getByText('Dark', { exact: true }).click();
      await expect(page.locator('html')).toHaveAttribute('data-theme', 'dark');
      const ground = () => page.evaluate(() => getComputedStyle(document.documentElement).backgroundColor);
      expect(await ground()).toBe('rgb(19, 17, 28)');
      await page.route('**/_app/**', (route) => route.abort()); // before any script of ours
      await page.reload({ waitUntil: 'commit' });
      await expect(page.locator('html')).toHaveAttribute('data-theme', 'dark');
    });
  });
  test.describe(() => {
    test.use({ allow: [/./] });
    test('a setting that is refused says why and keeps what was typed', async ({ page }) => {
      await page.goto('/settings');
      const zone = page.getByLabel('Time zone');
      await zone.fill('Europe/Atlantis');
      await zone.blur();
      await expect(page.getByRole('alert').filter({ hasText: /zone/i })).toBeVisible();
      await expect(zone).toHaveValue('Europe/Atlantis');
    });
  });
});

test.describe('a server that goes away and comes back', () => {
  test.use({ signedIn: false, allow: [/ERR_|Failed to fetch|net::/] });
  test('is said, and the page goes on by itself', async ({ page }) => {
    const server = new Server();
    await server.start();
    server.run(['user', 'add', 'ada', '--admin'], password + '\n');
    const far = await page.context().browser()!.newPage();
    await far.goto(server.url);
    await far.getByLabel('User name').fill('ada');
    await far.getByLabel('Password', { exact: true }).fill(password);
    await far.keyboard.press('Enter');
    await expect(far.getByLabel('User name')).toHaveCount(0); // the page to log in has a heading, too
    await stands(far);
    const banner = far.getByRole('status').getByText('Umbra cannot be reached');
    await server.stop();
    await expect(banner).toBeVisible({ timeout: 15_000 });
    await server.start();
    await expect(banner).toBeHidden({ timeout: 25_000 });
    // What happens now arrives: the stream of changes is back.
    await far.request.post(`${server.url}/api/todos`, { data: { title: 'After the storm', due_date: day(0) }, headers: { Origin: server.url } });
    await expect(far.getByText('After the storm')).toBeVisible();
    await far.close();
    await server.remove();
  });
});

test('what was ticked off just before the page is left stays ticked off, on a slow line too', async ({ page, account }) => {
  const todos = [await account.post('/api/todos', { title: 'Shut the door' }), await account.post('/api/todos', { title: 'Lock it' })];
  const network = await slowNetwork(() => Number(new URL(account.url).port), (asked) => (asked.method === 'PATCH' ? 700 : 0));
  const far = await page.context().newPage();
  await far.goto(`http://127.0.0.1:${network.port}/todos`);
  for (const { title } of todos) await far.getByRole('checkbox', { name: `Complete “${title}”` }).click(); // one is on its way, the other waits for it
  await far.goto('about:blank');
  for (const { id } of todos) await expect.poll(async () => (await account.get(`/api/todos/${id}`)).completed).toBe(true);
  await far.close();
  network.end();
});

test('a change in one window shows in the other at once, and can be taken back there', async ({ page, open, account }) => {
  const other = await open();
  await page.goto('/');
  await other.goto('/');
  await stands(page);
  await stands(other);
  await account.post('/api/todos', { title: 'Shared thought', due_date: day(0) });
  await expect(page.getByText('Shared thought')).toBeVisible();
  await expect(other.getByText('Shared thought')).toBeVisible();
  await page.getByRole('checkbox', { name: 'Tick off Shared thought' }).click();
  await expect(other.getByText('Shared thought')).toBeHidden();
  await page.getByRole('button', { name: 'Undo' }).click();
  await expect(page.getByText('Shared thought')).toBeVisible();
  await expect(other.getByText('Shared thought')).toBeVisible();
});

test('two windows share one stream of changes', async ({ page, open, account, isMobile }) => {
  test.skip(isMobile, 'the same as on a desk');
  const pages = [page, await open(), await open(), await open(), await open(), await open(), await open(), await open()];
  for (const p of pages) {
    await p.goto('/settings/about');
    await stands(p);
  }
  // With a stream each, the seventh would wait for ever: browsers open six connections to a host.
  await account.patch('/api/settings', { theme: 'dark' });
  for (const p of pages) await expect(p.locator('html')).toHaveAttribute('data-theme', 'dark');
});

test('what was deleted is put back from the trash, and history takes changes back', async ({ page, account }) => {
  const todo = await account.post('/api/todos', { title: 'Not so fast' });
  await account.delete(`/api/todos/${todo.id}`);
  await page.goto('/settings/trash');
  await page.getByRole('button', { name: 'Put back: Not so fast' }).click();
  await expect(page.getByText('The trash is empty')).toBeVisible();
  expect((await account.get(`/api/todos/${todo.id}`)).title).toBe('Not so fast');
  await page.goto('/settings/history');
  await page.getByRole('button', { name: 'Take back: Not so fast' }).first().click();
  await expect.poll(async () => (await account.get('/api/todos')).length).toBe(0);
  await page.goto('/settings/trash');
  const purge = page.getByRole('button', { name: 'Delete for good: Not so fast' });
  await purge.click();
  await page.getByRole('button', { name: 'Really for good?' }).click();
  await expect(page.getByText('The trash is empty')).toBeVisible();
});

test('a change of the settings has no name of its own in the history', async ({ page, account }) => {
  await account.patch('/api/settings', { language: 'de' });
  await page.goto('/settings/history');
  await expect(page.locator('main li').first().locator('p').first()).toHaveText('Geändert: Einstellungen');
  await expect(page.getByRole('button', { name: 'Zurücknehmen: Einstellungen' }).first()).toBeVisible();
});

test('a password is changed, and other sessions end', async ({ page, account, browser }) => {
  const elsewhere = await browser.newContext({ baseURL: account.url });
  await account.logIn(elsewhere);
  await page.goto('/settings/security');
  await expect(page.getByText('This one')).toBeVisible();
  await expect(page.getByRole('button', { name: /End the session/ })).toHaveCount(1);
  await page.getByLabel('Current password').fill(password);
  await page.getByLabel('New password').fill('another umbrella for the rain');
  await page.getByRole('button', { name: 'Change the password' }).click();
  await expect(page.getByText('The password is changed')).toBeVisible();
  await expect(page.getByRole('button', { name: /End the session/ })).toHaveCount(0);
  expect((await elsewhere.request.get('/api/todos')).status()).toBe(401);
  await elsewhere.close();
});
