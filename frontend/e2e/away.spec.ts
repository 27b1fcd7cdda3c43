import type { Page } from '@playwright/test';
import { expect, password, Server, stands, test, type Account } from './fixture';
import { badGateway, slowNetwork } from './slow';

test.use({ allow: [/ERR_|Failed to fetch|net::|preload CSS|dynamically imported|status of (404|502)|^asked http:..127\.0\.0\.1:/] }); // the network is another address

test.describe('a page that comes while the server goes away', () => {
  const entered = ['/api/auth/status', '/api/settings'];
  for (const { path, answered = entered, heading, unanswered } of [
    { path: '/', answered: [], heading: 'Today' },
    { path: '/', answered: ['/api/auth/status'], heading: 'Today' },
    { path: '/', answered: [], heading: 'Today', unanswered: badGateway },
    { path: '/', answered: ['/api/auth/status'], heading: 'Today', unanswered: badGateway },
    { path: '/todos', heading: 'To-dos' },
    { path: '/todos', heading: 'To-dos', unanswered: badGateway },
    { path: '/calendar', heading: /20\d\d/ },
    { path: '/settings/trash', heading: 'Trash' },
    { path: '/settings/security', heading: 'Security' },
    { path: '/settings/deliveries', heading: 'Deliveries' },
  ]) {
    test(`goes on by itself, or when it is told to: ${path} after ${answered.length} answers${unanswered ? ', behind a proxy' : ''}`, async ({ page, account }) => {
      let there: 'gone' | 'unheard' | 'back' = 'gone';
      const network = await slowNetwork(() => Number(new URL(account.url).port), ({ url = '' }) => {
        const unheard = /^.api.(health|live)/.test(url); // what tells a page that the server is back
        return !url.startsWith('/api/') || there === 'back' || (there === 'unheard' && !unheard) || answered.includes(url) ? 0 : Infinity;
      }, unanswered);
      const failed = page.getByRole('alert').filter({ hasText: 'This could not be loaded' });
      const whole = async () => {
        await expect(failed).toHaveCount(0);
        await expect(page.getByRole('heading', { level: 1, name: heading })).toBeVisible();
        await stands(page);
      };
      await page.goto(`http://127.0.0.1:${network.port}${path}`);
      await expect(failed.first()).toContainText('goes on as soon as the server answers');
      if (answered.length < entered.length) { // nothing else of the page is there that could be answered first
        there = 'unheard';
        await failed.getByRole('button', { name: 'Try again' }).click();
        await whole();
        there = 'gone';
        await page.reload();
        await expect(failed).toBeVisible();
      }
      there = 'back';
      await whole();
      network.end();
    });
  }
});

test.describe('a part of the page that did not come', () => {
  /** A page of to-dos behind a network that stops until it is told to go on. */
  async function todos(page: Page, account: Account) {
    let stopped = false;
    const network = await slowNetwork(() => Number(new URL(account.url).port), () => (stopped ? Infinity : 0));
    await page.goto(`http://127.0.0.1:${network.port}/todos`);
    await stands(page);
    stopped = true;
    return { back: () => (stopped = false), end: network.end };
  }
  const unreached = (page: Page) => page.getByRole('status').getByText('Umbra cannot be reached');

  test('comes once the server does: another page', async ({ page, account, isMobile }) => {
    const network = await todos(page, account);
    const main = page.getByRole('navigation', { name: 'Main' });
    if (isMobile) await main.getByRole('link', { name: 'Calendar' }).click();
    else await main.getByRole('link', { name: 'Places' }).click();
    await expect(page.getByRole('heading', { level: 1, name: 'This could not be loaded' })).toBeVisible();
    await expect(unreached(page)).toBeVisible();
    network.back();
    await expect(page.getByRole('heading', { level: 1, name: isMobile ? /20\d\d/ : 'Places' })).toBeVisible({ timeout: 20_000 });
    await expect(unreached(page)).toHaveCount(0);
    network.end();
  });

  test('is asked for with the page: a dialog', async ({ page, account, isMobile }) => {
    const network = await todos(page, account);
    const add = () => (isMobile ? page.getByRole('button', { name: 'Add', exact: true }).click() : page.keyboard.press('n'));
    await add();
    await expect(unreached(page)).toBeVisible();
    network.back();
    await page.getByRole('button', { name: 'Load the page anew' }).click({ timeout: 20_000 });
    await stands(page);
    await add();
    await expect(page.getByRole('dialog')).toBeVisible();
    await expect(page.getByRole('button', { name: 'Load the page anew' })).toHaveCount(0);
    network.end();
  });

  test('a newer server no longer has: what is typed stays until the page is loaded anew', async ({ page, account, isMobile }) => {
    void account;
    await page.goto('/todos');
    await stands(page);
    await page.route('**/_app/immutable/**', (route) => route.fulfill({ status: 404, body: 'gone' }));
    await page.getByRole('textbox').first().fill('Half a thought');
    if (isMobile) await page.getByRole('button', { name: 'More' }).click();
    else await page.keyboard.press('Control+k');
    await expect(page.getByRole('button', { name: 'Load the page anew' })).toBeVisible();
    await expect(unreached(page)).toHaveCount(0);
    await expect(page.getByRole('textbox').first()).toHaveValue('Half a thought');
  });

  test('for good leaves the page in peace', async ({ page, account, isMobile }) => {
    test.skip(isMobile, 'these links are in a dialog there, which does not come either');
    void account;
    await page.goto('/todos');
    await stands(page);
    let loads = 0;
    page.on('load', () => loads++);
    const own = new Set<string>(await page.evaluate(() => performance.getEntriesByType('resource').map((r) => r.name)));
    await page.route('**/_app/immutable/**', (route) => (own.has(route.request().url()) ? route.fallback() : route.fulfill({ status: 404, body: 'gone' })));
    const fails = async (name: string, path: string) => {
      await page.getByRole('navigation', { name: 'Main' }).getByRole('link', { name }).click();
      await expect(page).toHaveURL(path);
      await expect(page.getByRole('heading', { level: 1, name: 'That did not work' })).toBeVisible();
    };
    await fails('Places', '/locations');
    await expect.poll(() => loads).toBe(1);
    await fails('People', '/people');
    await fails('Projects', '/projects');
    expect(loads).toBe(1);
  });
});

test('a server that starts again behind a reverse proxy is said to be away, and what was typed meanwhile is kept', async ({ page, account }) => {
  void account;
  const server = new Server();
  await server.start();
  server.run(['user', 'add', 'ada', '--admin'], password + '\n');
  const network = await slowNetwork(() => Number(new URL(server.url).port), () => 0, badGateway);
  await page.goto(`http://127.0.0.1:${network.port}/todos`);
  await page.getByLabel('User name').fill('ada');
  await page.getByLabel('Password', { exact: true }).fill(password);
  await page.keyboard.press('Enter');
  const line = page.getByPlaceholder(/Add a to-do/);
  await line.fill('Before the storm');
  await line.press('Enter');
  await expect(page.getByRole('link', { name: 'Before the storm' })).toBeVisible();
  await server.stop();
  const banner = page.getByRole('status').getByText('Umbra cannot be reached');
  await expect(banner).toBeVisible({ timeout: 15_000 });
  await line.fill('In the storm');
  await line.press('Enter');
  await expect(line).toHaveValue('In the storm');
  await server.start();
  await expect(banner).toBeHidden({ timeout: 25_000 });
  await line.press('Enter');
  await expect(page.getByRole('checkbox', { name: 'Complete “In the storm”' })).toBeVisible();
  await expect(page.getByRole('link', { name: 'Before the storm' })).toBeVisible();
  network.end();
  await server.remove();
});
