import { axeFinds, expect, password, Server, stands, test as anywhere, toast } from './fixture';
import { freePort } from './server';

// The server's name has HTTPS; the browser comes to it past the proxy, on its own machine.
const withHTTPS = anywhere.extend<object, { server: Server }>({
  server: [
    async ({}, use) => {
      const server = new Server({ UMBRA_PUBLIC_URL: 'https://umbra.example.org' });
      server.url = `http://127.0.0.1:${await freePort()}`;
      await server.start();
      server.run(['user', 'add', 'keeper', '--admin'], password + '\n');
      await use(server);
      await server.remove();
    },
    { scope: 'worker' },
  ],
});

withHTTPS('an iPhone is set up by a code that is good once', async ({ page, account, playwright }) => {
  await page.goto('/settings/phones');
  await expect(page.getByText('Yes. Devices reach this Umbra at https://umbra.example.org.')).toBeVisible();
  await page.getByRole('radio', { name: 'iPhone, iPad' }).check();
  const card = page.getByRole('region', { name: 'With a profile: nothing to type' });
  await card.getByLabel('What the device is called').fill('Ada’s iPhone');
  await card.getByRole('button', { name: 'Make a code to scan' }).click();
  await expect(card.getByRole('img', { name: 'QR code of the link to the profile' })).toBeVisible();
  expect(await axeFinds(page)).toEqual([]);
  const link = new URL((await card.getByRole('link', { name: 'I am on that device: open it' }).getAttribute('href'))!);
  expect(link.origin).toBe('https://umbra.example.org');
  expect(await account.get('/api/auth/tokens')).toEqual([]); // none before it is taken

  const phone = await (await page.context().browser()!.newContext({ viewport: { width: 390, height: 844 } })).newPage();
  await phone.goto(account.url + link.pathname);
  await expect(phone.getByRole('heading', { name: 'Set up this device' })).toBeVisible();
  await expect(phone.getByText(account.username)).toBeVisible();
  expect(await axeFinds(phone)).toEqual([]);
  const [file] = await Promise.all([phone.waitForEvent('download'), phone.getByRole('button', { name: 'Get the profile' }).click()]);
  expect(file.suggestedFilename()).toBe('umbra.mobileconfig');
  await phone.context().close();
  expect((await account.get<{ name: string }[]>('/api/auth/tokens')).map((one) => one.name)).toEqual(['Ada’s iPhone']);
  const stranger = await playwright.request.newContext();
  expect((await stranger.get(account.url + link.pathname)).status()).toBe(404);
  await stranger.dispose();
});

withHTTPS('a Mac takes the profile as a file', async ({ page, account }) => {
  await page.goto('/settings/phones');
  await page.getByRole('radio', { name: 'Mac', exact: true }).check();
  const card = page.getByRole('region', { name: 'With a profile: nothing to type' });
  const [file] = await Promise.all([page.waitForEvent('download'), card.getByRole('button', { name: 'Download the profile' }).click()]);
  const text = (await (await file.createReadStream()).toArray()).join('');
  expect(text).toContain('<key>CalDAVHostName</key><string>umbra.example.org</string>');
  expect(text).toContain(`<key>CardDAVUsername</key><string>${account.username}</string>`);
  await expect(card.getByRole('status')).toContainText('in your downloads');
  expect((await account.get<{ name: string }[]>('/api/auth/tokens')).map((one) => one.name)).toEqual(['Mac']);
});

withHTTPS('an app password named after the device is shown once, with a code for DAVx⁵', async ({ page, account }) => {
  await page.goto('/settings/phones');
  await page.getByRole('radio', { name: 'Android, with DAVx⁵' }).check();
  const card = page.getByRole('region', { name: 'Android, with DAVx⁵' });
  await card.getByRole('button', { name: 'Make an app password' }).click();
  const token = await card.getByLabel('App password', { exact: true }).inputValue();
  expect(token).toMatch(/^umbra_pat_\w{49}$/);
  await expect(card.getByRole('img', { name: /QR code that opens DAVx⁵/ })).toBeVisible();
  await expect(card.getByRole('link', { name: /open DAVx⁵/ })).toHaveAttribute('href', `davx5://${account.username}:${token}@umbra.example.org/dav/`);
  expect(await axeFinds(page)).toEqual([]);
  await card.getByRole('button', { name: 'Copy: User name' }).click();
  await expect(toast(page, 'Copied: User name')).toBeVisible();
  await page.getByRole('radio', { name: 'GNOME' }).check(); // another device, another password
  await expect(page.getByLabel('App password', { exact: true })).toHaveCount(0);
  await expect(page.getByRole('region', { name: 'GNOME' }).getByLabel('Server', { exact: true })).toHaveValue('https://umbra.example.org/');
  expect((await account.get<{ name: string; scopes: string[] }[]>('/api/auth/tokens')).map((one) => [one.name, ...one.scopes])).toEqual([['Android phone', 'dav']]);
});

anywhere('without HTTPS it says what is missing, and offers no profile', async ({ page, account }) => {
  await page.goto('/settings/phones');
  await stands(page);
  await expect(page.getByRole('heading', { name: 'There is no HTTPS' })).toBeVisible();
  await expect(page.getByRole('heading', { name: 'This address is good on this machine alone' })).toBeVisible();
  await page.getByRole('radio', { name: 'iPhone, iPad' }).check();
  await expect(page.getByText('iPhones, iPads and Macs need HTTPS; see above.')).toBeVisible();
  await expect(page.getByRole('button', { name: /Make/ })).toHaveCount(0);
  expect(await axeFinds(page)).toEqual([]);
  await account.patch('/api/settings', { language: 'de' });
  await page.reload();
  await expect(page.getByRole('heading', { name: 'Es gibt kein HTTPS' })).toBeVisible();
  await page.getByRole('radio', { name: 'Thunderbird' }).check();
  await expect(page.getByRole('region', { name: 'Thunderbird' }).getByRole('button', { name: 'App-Passwort anlegen' })).toBeVisible();
});
