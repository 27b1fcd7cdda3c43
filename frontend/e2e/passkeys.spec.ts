import { axeFinds, expect, password, Server, test as anywhere, toast, type Account } from './fixture';
import type { Page } from '@playwright/test';
import { Device } from './device';
import { codeOf } from './totp';

// Browsers make passkeys for names, and without https for localhost alone.
const test = anywhere.extend<object, { server: Server }>({
  server: [
    async ({}, use) => {
      const server = new Server({}, 'localhost');
      await server.start();
      server.run(['user', 'add', 'keeper', '--admin'], password + '\n');
      await use(server);
      await server.remove();
    },
    { scope: 'worker' },
  ],
});

const card = (page: Page) => page.getByRole('region', { name: 'Passkeys' });
const today = (page: Page) => expect(page.getByRole('heading', { level: 1, name: 'Today' })).toBeVisible();

async function add(page: Page, name: string) {
  await page.goto('/settings/security');
  await card(page).getByRole('button', { name: 'Add a passkey' }).click();
  await card(page).getByLabel('Name').fill(name);
  await card(page).getByRole('button', { name: 'Add it' }).click();
  await expect(toast(page, `Added: ${name}`)).toBeVisible();
}

/** Makes the browser offer no passkey in fields: who owns the device would touch it at once. */
const onlyWhenAsked = (page: Page) => page.addInitScript(() => (PublicKeyCredential.isConditionalMediationAvailable = async () => false));

async function outside(page: Page) {
  await page.context().clearCookies();
  await page.goto('/');
  await expect(page.getByRole('heading', { name: 'Log in' })).toBeVisible();
}

test.use({ allow: [/401|403/] });

test('a passkey is added, named, and used without name and password', async ({ page, account }) => {
  await onlyWhenAsked(page);
  const device = await Device.beside(page);
  await page.goto('/settings/security');
  await expect(card(page)).toContainText('You have none yet.');
  await card(page).getByRole('button', { name: 'Add a passkey' }).click();
  await expect(card(page).getByLabel('Name')).toHaveValue(/Chrome on/);
  expect(await axeFinds(page)).toEqual([]);
  await device.recognises(false);
  await card(page).getByRole('button', { name: 'Add it' }).click();
  await expect(card(page).getByRole('alert')).toContainText('No passkey was used');
  await device.recognises(true);
  await add(page, 'Phone');
  await expect(card(page).getByRole('listitem')).toContainText('not used yet');
  await card(page).getByRole('button', { name: 'Rename Phone' }).click();
  await card(page).getByRole('textbox', { name: 'Name' }).fill('Old phone');
  await page.keyboard.press('Enter');
  await expect(card(page).getByText('Old phone', { exact: true })).toBeVisible();
  expect(await axeFinds(page)).toEqual([]);

  await outside(page);
  expect(await axeFinds(page)).toEqual([]);
  await page.getByRole('button', { name: 'Log in with a passkey' }).click();
  await today(page);
  await page.goto('/settings/security');
  await expect(card(page).getByRole('listitem')).toContainText('last used');
  expect(await account.get('/api/auth/passkeys')).toMatchObject([{ name: 'Old phone', address: 'localhost' }]);
});

test.describe('on one size of screen', () => {
  test.skip(({ isMobile }) => isMobile, 'the pages are the same as above');

  test('a passkey that is removed lets nobody in', async ({ page, account }) => {
    await onlyWhenAsked(page);
    await Device.beside(page);
    await add(page, 'Old phone');
    await card(page).getByRole('button', { name: 'Remove Old phone' }).click();
    await card(page).getByRole('button', { name: 'Really remove?' }).click();
    await expect(toast(page, 'Removed: Old phone')).toBeVisible();
    expect(await account.get('/api/auth/passkeys')).toEqual([]);
    await outside(page); // the device has it still
    await page.getByRole('button', { name: 'Log in with a passkey' }).click();
    await expect(page.getByRole('alert')).toContainText('This passkey was not accepted');
  });

  test('the field for the user name offers passkeys', async ({ page, account }) => {
    void account;
    await Device.beside(page);
    await add(page, 'Phone');
    await page.context().clearCookies();
    await page.goto('/');
    await today(page);
  });

  test('a passkey takes the place of the code', async ({ page, account }) => {
    const { secret } = await account.post<{ secret: string }>('/api/auth/totp/enroll', { password });
    await account.post('/api/auth/totp/confirm', { code: codeOf(secret) });
    const half = async () => {
      await page.getByLabel('User name').fill(account.username);
      await page.getByLabel('Password', { exact: true }).fill(password);
      await page.getByRole('button', { name: 'Log in', exact: true }).click();
      await expect(page.getByRole('heading', { name: 'Second step' })).toBeVisible();
    };
    await onlyWhenAsked(page);
    await Device.beside(page);
    await outside(page);
    await half();
    await expect(page.getByRole('button', { name: 'Use a passkey' })).toHaveCount(0);
    await page.getByLabel('Code').fill(codeOf(secret, 1));
    await page.getByRole('button', { name: 'Confirm' }).click();
    await today(page);
    await add(page, 'Phone');
    await outside(page);
    await half();
    expect(await axeFinds(page)).toEqual([]);
    await page.getByRole('button', { name: 'Use a passkey' }).click();
    await today(page);
  });

  test('a passkey is a proof', async ({ page, account }) => {
    const device = await Device.beside(page);
    await add(page, 'Phone');
    const todo = await account.post<{ id: number }>('/api/todos', { title: 'To be gone for good' });
    await account.delete(`/api/todos/${todo.id}`);
    await page.goto('/settings/trash');
    // The log-in of this test was just now; what the server says of an older one is told in its place, once.
    await page.route('**/api/trash/todo/*', (route) => route.fulfill({ status: 403, contentType: 'application/problem+json', body: JSON.stringify({ status: 403, code: 'proof_needed', detail: 'x' }) }), { times: 1 });
    await page.getByRole('button', { name: /Delete for good/ }).first().click();
    await page.getByRole('button', { name: 'Really for good?' }).click();
    const dialog = page.getByRole('dialog', { name: 'Is it you?' });
    await device.recognises(false);
    await dialog.getByRole('button', { name: 'Confirm with a passkey' }).click();
    await expect(dialog.getByRole('alert')).toContainText('No passkey was used');
    expect(await axeFinds(page)).toEqual([]);
    await device.recognises(true);
    await dialog.getByRole('button', { name: 'Confirm with a passkey' }).click();
    await expect(dialog).toHaveCount(0);
    await expect(page.getByText('The trash is empty')).toBeVisible();
    expect(await account.get('/api/trash')).toEqual([]);
  });

  test('a passkey that seems to be copied is suspended', async ({ page, account }) => {
    await onlyWhenAsked(page);
    const device = await Device.beside(page);
    await add(page, 'Stick');
    await outside(page);
    await page.getByRole('button', { name: 'Log in with a passkey' }).click();
    await today(page);
    await device.becomesItsCopy();
    await outside(page);
    await page.getByRole('button', { name: 'Log in with a passkey' }).click();
    await expect(page.getByRole('alert')).toContainText('This passkey was not accepted');
    await logIn(page, account);
    await page.goto('/settings/security');
    await expect(card(page).getByRole('listitem')).toContainText('Suspended');
    expect(await axeFinds(page)).toEqual([]);
  });
});

async function logIn(page: Page, account: Account) {
  await page.getByLabel('User name').fill(account.username);
  await page.getByLabel('Password', { exact: true }).fill(password);
  await page.getByRole('button', { name: 'Log in', exact: true }).click();
  await today(page);
}

anywhere('where there can be no passkeys the page says why', async ({ page, account }) => {
  void account;
  await page.goto('/settings/security'); // at an IP address
  await expect(card(page)).toContainText('UMBRA_PUBLIC_URL');
  await expect(card(page).getByRole('button', { name: 'Add a passkey' })).toHaveCount(0);
  await page.context().clearCookies();
  await page.goto('/');
  await expect(page.getByRole('button', { name: 'Log in', exact: true })).toBeVisible();
  await expect(page.getByRole('button', { name: 'Log in with a passkey' })).toHaveCount(0);
});
