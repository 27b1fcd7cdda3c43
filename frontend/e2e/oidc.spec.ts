import { spawn, type ChildProcess } from 'node:child_process';
import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { test as base, type Page } from '@playwright/test';
import { axeFinds, expect, password, Server, toast } from './fixture';
import { freePort } from './server';
import { codeOf } from './totp';

const binary = resolve(process.env.UMBRA_OIDC_PROVIDER ?? '../.cache/oidc-provider');

/** A real provider, by zitadel's code, as a process. */
async function provider(callback: string): Promise<{ issuer: string; child: ChildProcess }> {
  if (!existsSync(binary)) throw new Error(`${binary} is not there: make oidc-provider builds it`);
  const child = spawn(binary, [callback], { stdio: ['ignore', 'pipe', 'ignore'] });
  const issuer = await new Promise<string>((ok, fail) => {
    child.stdout.once('data', (line: Buffer) => ok(line.toString().trim()));
    child.once('exit', (code) => fail(new Error(`the provider ended with ${code}`)));
  });
  return { issuer, child };
}

type House = { umbra: Server; down: () => Promise<void> };

const test = base.extend<{ house: House }>({
  house: async ({}, use) => {
    const url = `http://127.0.0.1:${await freePort()}`;
    const { issuer, child } = await provider(`${url}/api/auth/oidc/callback`);
    const umbra = new Server({ UMBRA_PUBLIC_URL: url, UMBRA_OIDC_ISSUER: issuer, UMBRA_OIDC_CLIENT_ID: 'umbra', UMBRA_OIDC_CLIENT_SECRET: 'a secret between two servers', UMBRA_OIDC_NAME: 'Family ID' });
    umbra.url = url;
    await umbra.start();
    umbra.run(['user', 'add', 'ada', '--admin'], password + '\n');
    umbra.run(['user', 'add', 'bob'], password + '\n');
    const down = async () => {
      if (child.exitCode !== null || child.signalCode !== null) return;
      const gone = new Promise((ok) => child.once('exit', ok));
      child.kill();
      await gone;
    };
    await use({ umbra, down });
    await down();
    await umbra.remove();
  },
  baseURL: async ({ house }, use) => use(house.umbra.url),
});

async function logIn(page: Page, name: string): Promise<void> {
  await page.getByLabel('User name').fill(name);
  await page.getByLabel('Password', { exact: true }).fill(password);
  const answered = page.waitForResponse('**/api/auth/login'); // who goes elsewhere before that is not in
  await page.getByRole('button', { name: 'Log in', exact: true }).click();
  await answered;
}

/** Shows the provider who it is. */
async function atProvider(page: Page, name = 'test-user@localhost'): Promise<void> {
  await page.getByLabel('Username:').fill(name);
  await page.getByLabel('Password:').fill('verysecure');
  await page.getByRole('button', { name: 'Login' }).click();
}

const today = (page: Page) => page.getByRole('heading', { level: 1, name: 'Today' });
const byProvider = (page: Page) => page.getByRole('link', { name: 'Log in with Family ID' });

async function link(page: Page): Promise<void> {
  await page.getByRole('region', { name: 'Identities elsewhere' }).getByRole('button', { name: 'Link an identity at Family ID' }).click();
  await atProvider(page);
}

test('an identity is linked, logs in, belongs to one alone and is unlinked', async ({ page, browser, house }) => {
  await page.goto('/calendar');
  await byProvider(page).click();
  await atProvider(page);
  // Nobody has linked it: nothing is guessed, and the address says nothing more.
  await expect(page.getByRole('alert')).toContainText('No account here is linked to your identity at Family ID');
  expect(await axeFinds(page)).toEqual([]);
  await expect(page).toHaveURL(`${house.umbra.url}/calendar`);

  await logIn(page, 'ada');
  await page.goto('/settings/security');
  await link(page);
  await expect(toast(page, 'The identity is linked.')).toBeVisible();
  const card = page.getByRole('region', { name: 'Identities elsewhere' });
  await expect(card.getByRole('listitem')).toContainText('test-user@zitadel.ch');
  await expect(card.getByRole('listitem')).toContainText('not used yet');
  expect(await axeFinds(page)).toEqual([]);

  const other = await browser.newPage({ baseURL: house.umbra.url, locale: 'en-GB' });
  await other.goto('/todos?q=tea');
  await byProvider(other).click();
  await atProvider(other);
  await expect(other.getByRole('heading', { level: 1, name: 'To-dos' })).toBeVisible();
  await expect(other).toHaveURL(/\/todos\?q=tea$/);

  const bobs = await browser.newPage({ baseURL: house.umbra.url, locale: 'en-GB' });
  await bobs.goto('/settings/security');
  await logIn(bobs, 'bob');
  await link(bobs);
  await expect(bobs.getByRole('alert')).toContainText('linked to another account');
  await expect(bobs.getByRole('region', { name: 'Identities elsewhere' }).getByRole('listitem')).toHaveCount(0);

  await card.getByRole('button', { name: 'Unlink test-user@zitadel.ch' }).click();
  await card.getByRole('button', { name: 'Really unlink?' }).click();
  await expect(card.getByRole('listitem')).toHaveCount(0);
  await other.goto('/');
  await expect(byProvider(other)).toBeVisible(); // what the identity began has ended
  await byProvider(other).click();
  await atProvider(other);
  await expect(other.getByRole('alert')).toContainText('No account here is linked');
});

test('the second factor is asked for after the provider', async ({ page, browser, house }) => {
  await page.goto('/settings/security');
  await logIn(page, 'ada');
  await link(page);
  const card = page.getByRole('region', { name: 'Second factor' });
  await card.getByRole('button', { name: 'Set it up' }).click();
  await card.getByLabel('Password', { exact: true }).fill(password);
  await card.getByRole('button', { name: 'Go on' }).click();
  const key = (await card.locator('.key').textContent()) ?? '';
  await card.getByLabel('The six digits').fill(codeOf(key));
  await card.getByRole('button', { name: 'Turn it on' }).click();
  const listed = card.getByRole('list', { name: 'Your recovery codes' }).getByRole('listitem');
  await expect(listed.first()).toBeVisible(); // to read what there is waits for nothing
  const codes = await listed.allTextContents();

  const other = await browser.newPage({ baseURL: house.umbra.url, locale: 'en-GB' });
  await other.goto('/');
  await byProvider(other).click();
  await atProvider(other);
  await expect(other.getByRole('heading', { name: 'Second step' })).toBeVisible();
  await expect(other).toHaveURL(`${house.umbra.url}/`);
  await other.getByLabel('Code').fill(codes[0]!);
  await other.getByRole('button', { name: 'Confirm' }).click();
  await expect(today(other)).toBeVisible();
});

test('a provider that is down leaves the password', async ({ page, house }) => {
  await house.down();
  await page.goto('/');
  await byProvider(page).click();
  await expect(page.getByRole('alert')).toContainText('Family ID does not answer at the moment');
  await page.reload();
  await expect(page.getByRole('alert')).toHaveCount(0);
  await logIn(page, 'ada');
  await expect(today(page)).toBeVisible();
});

test('an answer that was begun in another browser is refused', async ({ page, browser, house }) => {
  await page.goto('/');
  await byProvider(page).click();
  // An attacker's own answer, unused because their browser has forgotten that it asked, is sent to somebody else.
  await page.context().clearCookies();
  const asked = page.waitForRequest((r) => r.url().includes('/api/auth/oidc/callback?'));
  await atProvider(page);
  const answer = (await asked).url();
  await expect(page.getByRole('alert')).toContainText('begun in another browser');
  const victim = await browser.newPage({ baseURL: house.umbra.url, locale: 'en-GB' });
  await victim.goto('/');
  await byProvider(victim).click(); // they were about to log in themselves
  await victim.goto(answer);
  await expect(victim.getByRole('alert')).toContainText('begun in another browser');
  await expect(victim).toHaveURL(`${house.umbra.url}/`);
});
