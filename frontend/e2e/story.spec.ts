import { expect, password, Server, test as anywhere, toast, type Account } from './fixture';
import type { BrowserContext, Page } from '@playwright/test';
import { Device } from './device';
import { postgres, schema } from './postgres';
import { codeOf } from './totp';

// One account with all that there is to sign in with, from its making to its recovery, on each engine.

/** At a name, which passkeys want. */
const on = (engine: 'SQLite' | 'PostgreSQL') =>
  anywhere.extend<object, { server: Server }>({
    server: [
      async ({}, use) => {
        const at = engine === 'PostgreSQL' ? schema() : undefined;
        const server = new Server(at ? { DATABASE_URL: at.address } : {}, 'localhost');
        await server.start();
        server.run(['user', 'add', 'keeper', '--admin'], password + '\n');
        await use(server);
        await server.remove();
        at?.drop();
      },
      { scope: 'worker' },
    ],
  });

const part = (page: Page, name: string) => page.getByRole('region', { name });
const today = (page: Page) => expect(page.getByRole('heading', { level: 1, name: 'Today' })).toBeVisible();
const refusal = (page: Page) => page.getByRole('alert');
const wrongCode = 'The code is wrong or was used already. Type the one that is shown now.';

/** Each stage comes from an address of its own, so that the limit by address is another test's. */
let stages = 0;
const elsewhere = () => `192.0.2.${(++stages % 250) + 1}`;
const moves = (context: BrowserContext) => context.setExtraHTTPHeaders({ 'X-Forwarded-For': elsewhere() });

/** The window in front is the one that is quick, and the one that shows passkeys. */
async function at(page: Page, path: string) {
  await page.bringToFront();
  await page.goto(path);
}

async function outside(page: Page) {
  await page.context().clearCookies();
  await at(page, '/');
  await expect(page.getByRole('heading', { name: 'Log in' })).toBeVisible();
}

async function type(page: Page, account: Account, secret = password) {
  await page.getByLabel('User name').fill(account.username);
  await page.getByLabel('Password', { exact: true }).fill(secret);
  await page.getByRole('button', { name: 'Log in', exact: true }).click();
}

/** Logs in by password and stands before the second step. */
async function half(page: Page, account: Account) {
  await outside(page);
  await type(page, account);
  await expect(page.getByRole('heading', { name: 'Second step' })).toBeVisible();
}

async function code(page: Page, typed: string) {
  const answer = page.waitForResponse((r) => r.url().endsWith('/api/auth/login/totp'));
  await page.getByLabel('Code').fill(typed);
  await page.getByRole('button', { name: 'Confirm' }).click();
  await answer; // what the page says may be of the one before
}

async function byPasskey(page: Page) {
  await outside(page);
  await page.getByRole('button', { name: 'Log in with a passkey' }).click();
}

async function setUpFactor(page: Page): Promise<{ key: string; first: string; codes: string[] }> {
  await at(page, '/settings/security');
  const card = part(page, 'Second factor');
  await card.getByRole('button', { name: 'Set it up' }).click();
  await card.getByLabel('Password', { exact: true }).fill(password);
  await card.getByRole('button', { name: 'Go on' }).click();
  const key = (await card.locator('.key').textContent()) ?? '';
  const first = codeOf(key);
  await card.getByLabel('The six digits').fill(first);
  await card.getByRole('button', { name: 'Turn it on' }).click();
  const shown = card.getByRole('list', { name: 'Your recovery codes' }).getByRole('listitem');
  await expect(shown).toHaveCount(10);
  const codes = await shown.allTextContents();
  await card.getByRole('button', { name: 'I have kept them' }).click();
  return { key, first, codes };
}

async function addPasskey(page: Page, name: string) {
  await at(page, '/settings/security');
  const card = part(page, 'Passkeys');
  await card.getByRole('button', { name: 'Add a passkey' }).click();
  await card.getByRole('textbox', { name: 'Name' }).fill(name);
  await card.getByRole('button', { name: 'Add it' }).click();
  await expect(toast(page, `Added: ${name}`)).toBeVisible();
}

async function makeAppPassword(page: Page, name: string): Promise<string> {
  await at(page, '/settings/security');
  const card = part(page, 'App passwords and tokens');
  await card.getByRole('button', { name: 'Make one' }).click();
  await card.getByLabel('What for').fill(name);
  await card.getByRole('button', { name: 'Make it' }).click();
  const made = await card.getByLabel('The new one').inputValue();
  await card.getByRole('button', { name: 'I have it' }).click();
  return made;
}

for (const engine of ['SQLite', 'PostgreSQL'] as const) {
  const test = on(engine);
  test.describe(`an account on ${engine}`, () => {
    test.skip(({ isMobile }) => isMobile, 'the pages are those of other tests');
    test.skip(engine === 'PostgreSQL' && !postgres, 'there is no PostgreSQL here: UMBRA_TEST_POSTGRES');
    test.use({ allow: [/40[13]|423|429/] });

    test('is made, used, attacked and recovered', async ({ page: desk, account, server, open, context }) => {
      test.setTimeout(90_000);
      const sync = async (secret: string) =>
        (await fetch(`${server.url}/dav/`, { method: 'PROPFIND', headers: { Depth: '0', Authorization: `Basic ${btoa(`${account.username}:${secret}`)}`, 'X-Forwarded-For': elsewhere() } })).status;
      const guess = async (body: object) =>
        (await fetch(`${server.url}/api/auth/login`, { method: 'POST', headers: { 'Content-Type': 'application/json', 'X-Forwarded-For': elsewhere() }, body: JSON.stringify({ username: account.username, ...body }) })).status;
      const asks = async (cookie: string) => (await fetch(`${server.url}/api/todos`, { headers: { Cookie: cookie } })).status;
      const cookie = async () => (await context.cookies()).find((c) => c.name.includes('umbra'))!;

      // Two devices, each in a window of its own. Neither is offered in a field: its owner would touch it at once.
      await context.addInitScript(() => (PublicKeyCredential.isConditionalMediationAvailable = async () => false));
      await Device.beside(desk);
      const hall = await open();
      const stick = await Device.beside(hall, 'usb');

      const { key, first, codes, calendar, contacts } = await test.step('made', async () => {
        const factor = await setUpFactor(desk);
        await addPasskey(desk, 'Phone');
        await addPasskey(hall, 'Stick');
        return { ...factor, calendar: await makeAppPassword(desk, 'Calendar'), contacts: await makeAppPassword(desk, 'Contacts') };
      });

      const second = codeOf(key, 1); // of another step
      await test.step('used', async () => {
        await moves(context);
        expect([await sync(calendar), await sync(contacts), await sync(password)]).toEqual([207, 207, 401]);
        await half(desk, account);
        await code(desk, second);
        await today(desk);
        await half(desk, account);
        await desk.getByRole('button', { name: 'Use a passkey' }).click();
        await today(desk);
        await byPasskey(hall);
        await today(hall);
        await half(desk, account);
        await code(desk, codes[0]!);
        await today(desk);
        await at(desk, '/settings/security');
        await expect(part(desk, 'Second factor')).toContainText('9 recovery codes are left');
      });

      await test.step('attacked by what was used before', async () => {
        await moves(context);
        const { name, value } = await cookie();
        expect(await asks(`${name}=${value}`)).toBe(200);
        for (const changed of [value.slice(0, -1), value.slice(1), value + 'A', value.replace(/.$/, (c) => (c === 'A' ? 'B' : 'A')), value.toUpperCase()]) expect(await asks(`${name}=${changed}`)).toBe(401);
        await desk.request.post(`${server.url}/api/auth/logout`);
        expect(await asks(`${name}=${value}`)).toBe(401);

        await half(desk, account);
        for (const used of [second, first, codes[0]!, '000000']) {
          await code(desk, used);
          await expect(refusal(desk)).toHaveText(wrongCode);
        }
        await code(desk, codes[1]!);
        await today(desk);

        await at(desk, '/settings/security');
        const tokens = part(desk, 'App passwords and tokens');
        await tokens.getByRole('button', { name: 'Revoke Contacts' }).click();
        await tokens.getByRole('button', { name: 'Really revoke?' }).click();
        await expect(toast(desk, 'Revoked: Contacts')).toBeVisible();
        expect([await sync(calendar), await sync(contacts)]).toEqual([207, 401]);

        await stick.becomesItsCopy();
        await byPasskey(hall);
        await expect(refusal(hall)).toContainText('This passkey was not accepted');
      });

      await test.step('attacked by guessing', async () => {
        await moves(context);
        await outside(desk);
        await type(desk, account, 'not the password at all');
        await expect(refusal(desk)).toContainText('The user name or the password is wrong.');
        for (let i = 1; i < 10; i++) expect(await guess({ password: `guess ${i}` })).toBe(401);
        expect(await guess({ password })).toBe(423);
        await type(desk, account);
        await expect(refusal(desk)).toContainText('This account is locked');
        expect(await sync(calendar)).toBe(207); // what is set up already goes on
        await byPasskey(desk); // and its owner gets in
        await today(desk);
        await at(desk, '/settings/security');
        await expect(part(desk, 'Passkeys').getByRole('listitem').filter({ hasText: 'Stick' })).toContainText('Suspended');
        const told = (await account.get<{ kind: string }[]>('/api/audit?limit=100')).map((e) => e.kind);
        expect(told).toEqual(expect.arrayContaining(['log_in', 'log_in_failed', 'locked', 'recovery_code_used', 'passkey_used', 'passkey_suspended', 'token_revoked']));
      });

      await test.step('recovered', async () => {
        await moves(context);
        const passkeys = part(desk, 'Passkeys');
        await passkeys.getByRole('button', { name: 'Remove Stick' }).click();
        await passkeys.getByRole('button', { name: 'Really remove?' }).click();
        await expect(toast(desk, 'Removed: Stick')).toBeVisible();

        server.run(['user', 'unlock', account.username]);
        await half(desk, account); // the phone with the app is lost
        await code(desk, codes[2]!);
        await today(desk);
        await at(desk, '/settings/security');
        const factor = part(desk, 'Second factor');
        await factor.getByRole('button', { name: 'Turn it off' }).click();
        await factor.getByRole('button', { name: 'Really turn it off?' }).click();
        await expect(factor).toContainText('It is off.');
        const anew = await setUpFactor(desk);
        await half(desk, account);
        for (const old of [codeOf(key, 1), codes[3]!]) {
          await code(desk, old);
          await expect(refusal(desk)).toHaveText(wrongCode);
        }
        await code(desk, codeOf(anew.key, 1));
        await today(desk);

        await moves(context);
        server.run(['user', 'disable-mfa', account.username]); // and everything at once
        await at(desk, '/');
        await expect(desk.getByRole('heading', { name: 'Log in' })).toBeVisible();
        await type(desk, account);
        await today(desk);
        await byPasskey(desk); // a way in of its own
        await today(desk);
        expect(await account.get('/api/auth/passkeys')).toMatchObject([{ name: 'Phone', suspended_at: null }]);
        expect(await sync(calendar)).toBe(207);
      });
    });
  });
}
