import { day } from './days';
import { axeFinds, expect, stands, test, undo } from './fixture';
import type { Page } from '@playwright/test';

const row = (page: Page, name: string) => page.getByRole('listitem').filter({ has: page.getByRole('link', { name: new RegExp(`^${name}`) }) });
/** Takes back what a message says. */
const map = (page: Page) => page.getByRole('application', { name: /Map of your places/ });

/** How many colours a canvas shows: a map that is drawn has several. */
const colours = (page: Page) =>
  page.locator('.world canvas').evaluate((c: HTMLCanvasElement) => {
    const { data } = c.getContext('2d')!.getImageData(0, 0, c.width, c.height);
    const seen = new Set<number>();
    for (let i = 0; i < data.length; i += 4 * 97) seen.add((data[i]! << 16) | (data[i + 1]! << 8) | data[i + 2]!);
    return seen.size;
  });

test('makes a place with every field, by a press on the map, changes and deletes it, and takes that back', async ({ page, account }) => {
  await page.goto('/locations');
  await page.getByRole('button', { name: 'New place' }).click();
  const sheet = page.getByRole('dialog', { name: 'New place' });
  await expect(sheet.getByLabel('Name', { exact: true })).toBeFocused();
  await sheet.getByLabel('Name', { exact: true }).fill('Corner Bakery');
  await sheet.getByLabel('Address').fill('12 Mill Lane\nOxford');
  await sheet.getByLabel('Category').fill('food');
  await sheet.getByLabel('Telephone').fill('+44 1865 000000');
  await sheet.getByLabel('E-mail').fill('hello@bakery.example');
  await sheet.getByLabel('Website').fill('bakery.example');
  await sheet.getByLabel('Notes').fill('Closed on *Mondays*.');
  await sheet.getByRole('checkbox', { name: 'Favourite' }).check();
  const picker = sheet.getByRole('application', { name: /Pick a position/ });
  await picker.scrollIntoViewIfNeeded();
  await picker.click({ position: { x: 60, y: 120 } });
  await expect(sheet.getByLabel('Longitude')).not.toHaveValue('');
  const pressed = Number(await sheet.getByLabel('Longitude').inputValue());
  await picker.click({ position: { x: 160, y: 120 }, delay: 350 });
  await expect.poll(async () => Number(await sheet.getByLabel('Longitude').inputValue())).toBeGreaterThan(pressed);
  // A pair from the clipboard fills both.
  await sheet.getByLabel('Latitude').fill('51.752, -1.2577');
  await expect(sheet.getByLabel('Longitude')).toHaveValue('-1.2577');
  await sheet.getByLabel('Latitude').fill('91');
  await expect(sheet.getByRole('alert')).toContainText('degrees');
  await sheet.getByLabel('Latitude').fill('51.752');
  expect(await axeFinds(page)).toEqual([]);
  await sheet.getByRole('button', { name: 'Save' }).click();

  const place = page.getByRole('dialog', { name: 'Corner Bakery' });
  await expect(place).toBeVisible();
  const [stored] = await account.get('/api/locations');
  expect(stored).toMatchObject({
    name: 'Corner Bakery', address: '12 Mill Lane\nOxford', category: 'food', phone: '+44 1865 000000', email: 'hello@bakery.example',
    website: 'https://bakery.example', notes: 'Closed on *Mondays*.', favourite: true, latitude: 51.752, longitude: -1.2577,
  });
  await expect(place.getByRole('link', { name: 'Open in a map app' })).toHaveAttribute('href', 'geo:51.752,-1.2577?q=51.752,-1.2577(Corner%20Bakery)');
  await expect(place.getByRole('link', { name: 'bakery.example', exact: true })).toHaveAttribute('rel', /noreferrer/);
  // What was done is said above the sheet, and beside it where there is room: neither covers the other's buttons.
  const taken = place.getByRole('button', { name: 'Undo' });
  await expect(taken).toBeVisible();
  for (const button of [taken, place.getByRole('button', { name: 'Edit' })]) {
    await expect.poll(() => button.evaluate((b) => {
      const r = b.getBoundingClientRect();
      return [r.left + 3, r.right - 3].every((x) => b.contains(document.elementFromPoint(x, r.top + r.height / 2)));
    })).toBe(true);
  }
  expect(await axeFinds(page)).toEqual([]);

  await place.getByRole('button', { name: 'Edit' }).click();
  const edit = page.getByRole('dialog', { name: 'Edit place' });
  await edit.getByLabel('Name', { exact: true }).fill('Corner Café');
  await edit.getByRole('button', { name: 'Without position' }).click();
  await edit.getByRole('button', { name: 'Save' }).click();
  const renamed = page.getByRole('dialog', { name: 'Corner Café' });
  await expect(renamed).toBeVisible();
  expect(await account.get(`/api/locations/${stored.id}`)).toMatchObject({ latitude: null, longitude: null });
  await undo(page, 'Changed Corner Café');
  await expect(place).toBeVisible();
  await place.getByRole('button', { name: 'Delete' }).click();
  await expect(page.getByText('No places yet')).toBeVisible();
  await undo(page, 'Deleted Corner Bakery');
  await expect(row(page, 'Corner Bakery')).toBeVisible();
});

test('takes where the browser is, when it is asked to', async ({ page, account, context }) => {
  test.info().annotations.push({ type: 'account', description: account.username });
  await context.grantPermissions(['geolocation']);
  await context.setGeolocation({ latitude: -33.9249, longitude: 18.4241 });
  await page.goto('/locations?new=1');
  const sheet = page.getByRole('dialog');
  await expect(sheet.getByLabel('Latitude')).toHaveValue('');
  await sheet.getByRole('button', { name: 'Where I am' }).click();
  await expect(sheet.getByLabel('Latitude')).toHaveValue('-33.9249');
  await expect(sheet.getByLabel('Longitude')).toHaveValue('18.4241');
});

test('draws the map without another host, gathers what is near, and parts it', async ({ page, account, isMobile }) => {
  await account.post('/api/locations', { name: 'Oxford', latitude: 51.752, longitude: -1.2577 });
  await account.post('/api/locations', { name: 'Abingdon', latitude: 51.67, longitude: -1.28 });
  await account.post('/api/locations', { name: 'Kyoto', latitude: 35.01, longitude: 135.77 });
  await account.post('/api/locations', { name: 'Nowhere' });
  await page.goto('/locations?view=map');
  await expect.poll(() => colours(page)).toBeGreaterThan(3);
  await expect(map(page).getByRole('button', { name: 'Kyoto' })).toBeVisible();
  await expect(page.getByText('One place has no position yet.')).toBeVisible();
  const cluster = map(page).getByRole('button', { name: /^2 places: / });
  await cluster.click();
  await expect(map(page).getByRole('button', { name: 'Abingdon' })).toBeVisible();
  await expect(map(page).getByRole('button', { name: 'Oxford' })).toBeVisible();
  await expect(cluster).toHaveCount(0);
  await expect(page.locator('.world .bar')).toContainText('km');
  // With keys: closer, aside, and all of it again.
  await map(page).focus();
  const at = () => map(page).getByRole('button', { name: 'Oxford' }).boundingBox().then((b) => b!.x);
  await expect(async () => {
    const before = await at();
    await page.waitForTimeout(100);
    expect(await at()).toBe(before); // it has come to rest
  }).toPass();
  const before = await at();
  await page.keyboard.press('ArrowLeft');
  await expect.poll(at).toBeCloseTo(before + 80, 0);
  await page.keyboard.press('0');
  await expect(cluster).toBeVisible();
  // A drag moves it, and is no press on what it ends on.
  const box = (await map(page).boundingBox())!;
  await expect(map(page).getByRole('button', { name: 'Kyoto' })).toBeVisible();
  await page.getByRole('button', { name: 'Closer' }).click();
  if (!isMobile) {
    await page.mouse.move(box.x + box.width / 2, box.y + box.height / 2);
    await page.mouse.wheel(0, -300);
  }
  await map(page).getByRole('button', { name: 'Show all' }).click();
  await expect(cluster).toBeVisible();
  await page.waitForTimeout(400);
  await page.getByRole('button', { name: 'Closer' }).click();
  await page.getByRole('button', { name: 'Further away' }).click();
  expect(await axeFinds(page)).toEqual([]);
  await map(page).getByRole('button', { name: 'Kyoto' }).click();
  await expect(page.getByRole('dialog', { name: 'Kyoto' })).toBeVisible();
});

test('finds, narrows and sorts in the address', async ({ page, account }) => {
  await account.post('/api/locations', { name: 'Bäckerei', category: 'food', latitude: 48.1, longitude: 11.5 });
  await account.post('/api/locations', { name: 'Zoo', category: 'fun', favourite: true, latitude: 52.5, longitude: 13.3 });
  await account.post('/api/locations', { name: 'Bar', category: 'Food', address: '1 Back Street' });
  const names = () => page.getByRole('list', { name: 'Places' }).getByRole('link').evaluateAll((links) => links.map((a) => a.querySelector('.name')?.textContent));
  await page.goto('/locations');
  await expect.poll(names).toEqual(['Zoo', 'Bäckerei', 'Bar']);
  await page.getByRole('searchbox').fill('back');
  await expect.poll(names).toEqual(['Bäckerei', 'Bar']);
  await expect(page).toHaveURL(/q=back/);
  await page.goto('/locations?category=FOOD');
  await expect.poll(names).toEqual(['Bäckerei', 'Bar']);
  await page.goto('/locations?favourite=true');
  await expect.poll(names).toEqual(['Zoo']);
  await page.goto('/locations?q=nothing');
  await page.getByRole('button', { name: 'Show all places' }).click();
  await expect.poll(names).toHaveLength(3);
});

test('does everything with keys alone', async ({ page, account, isMobile }) => {
  test.skip(isMobile, 'a phone has no keys');
  for (const [name, latitude] of [['Allotment', 52.1], ['Bakery', 52.2], ['Cinema', null]] as const) await account.post('/api/locations', { name, latitude, longitude: latitude && 13 });
  await page.goto('/locations');
  await expect(row(page, 'Allotment')).toBeVisible();
  await page.keyboard.press('j');
  await page.keyboard.press('j');
  await page.keyboard.press('s');
  await expect.poll(async () => (await account.get('/api/locations?favourite=true')).map((l: { name: string }) => l.name)).toEqual(['Bakery']);
  await page.keyboard.press('Enter');
  await expect(page.getByRole('dialog', { name: 'Bakery' })).toBeVisible();
  await page.keyboard.press('Escape');
  await expect(page.getByRole('dialog')).toHaveCount(0);
  await page.keyboard.press('e');
  const edit = page.getByRole('dialog', { name: 'Edit place' });
  await expect(edit.getByLabel('Name', { exact: true })).toBeFocused();
  await edit.getByRole('application').focus();
  await page.keyboard.press('ArrowRight');
  await page.keyboard.press('Enter'); // the middle of the map
  await expect(edit.getByLabel('Longitude')).not.toHaveValue('13');
  await edit.getByLabel('Name', { exact: true }).focus();
  await page.keyboard.press('Enter');
  await expect(page.getByRole('dialog', { name: 'Bakery' })).toBeVisible();
  expect((await account.get('/api/locations?q=Bakery'))[0].longitude).toBeGreaterThan(13);
  await page.keyboard.press('Escape');
  await expect(page.getByRole('dialog')).toHaveCount(0);
  await page.keyboard.press('#');
  await expect(row(page, 'Bakery')).toHaveCount(0);
  await page.keyboard.press('z');
  await expect(row(page, 'Bakery')).toBeVisible();
  await page.keyboard.press('c');
  await expect(page.getByRole('dialog', { name: 'New place' })).toBeVisible();
});

test('shows what happens there, and adds to it', async ({ page, account }) => {
  const { id } = await account.post('/api/locations', { name: 'Town hall', latitude: 51.7, longitude: -1.2 });
  await account.post('/api/events', { title: 'Concert', start: day(5), all_day: true, location_id: id });
  await account.post('/api/todos', { title: 'Fetch the tickets', location_id: id });
  await account.post('/api/todos', { title: 'Something else' });
  await page.goto(`/locations?open=${id}`);
  const place = page.getByRole('dialog', { name: 'Town hall' });
  await expect(place.getByRole('link', { name: /Concert/ })).toBeVisible();
  await expect(place.getByRole('link', { name: /Fetch the tickets/ })).toBeVisible();
  await expect(place.getByRole('link', { name: /Something else/ })).toHaveCount(0);
  await place.getByRole('button', { name: 'Add for Town hall' }).click();
  const add = page.getByRole('dialog', { name: 'Add for Town hall' });
  await add.getByText('To-do', { exact: true }).click();
  await add.getByLabel('What', { exact: true }).fill('Ask for the hall');
  await add.getByRole('button', { name: 'Add' }).click();
  await expect(place.getByRole('link', { name: /Ask for the hall/ })).toBeVisible();
});

test.describe('two windows', () => {
  test.use({ allow: [/412/] });

  for (const keep of ['mine', 'theirs'] as const) {
    test(`that change the same place are shown side by side, and one keeps ${keep}`, async ({ page, account, open }) => {
      const { id } = await account.post('/api/locations', { name: 'Pub' });
      await page.goto(`/locations?open=${id}&edit=1`);
      const sheet = page.getByRole('dialog', { name: 'Edit place' });
      await sheet.getByLabel('Category').fill('mine');
      const other = await open();
      await other.goto(`/locations?open=${id}&edit=1`);
      await other.getByRole('dialog').getByLabel('Category').fill('theirs');
      await other.getByRole('dialog').getByRole('button', { name: 'Save' }).click();
      await expect(other.getByRole('dialog', { name: 'Pub' })).toBeVisible();
      await page.bringToFront();
      await sheet.getByRole('button', { name: 'Save' }).click();
      const question = page.getByRole('dialog', { name: 'Changed in the meantime' });
      await expect(question.getByRole('row', { name: /Category/ })).toContainText('mine');
      await expect(question.getByRole('row', { name: /Category/ })).toContainText('theirs');
      await question.getByRole('button', { name: keep === 'mine' ? 'Keep mine' : 'Take the stored one' }).click();
      await expect(page.getByRole('dialog', { name: 'Pub' })).toContainText(keep);
      expect((await account.get(`/api/locations/${id}`)).category).toBe(keep);
    });
  }

  test('show the same at once', async ({ page, account, open }) => {
    const { id } = await account.post('/api/locations', { name: 'Pub', latitude: 51, longitude: 0 });
    await page.goto('/locations');
    const other = await open();
    await other.goto('/locations?view=map');
    await expect(row(page, 'Pub')).toBeVisible();
    await expect(map(other).getByRole('button', { name: 'Pub' })).toBeVisible();
    await account.patch(`/api/locations/${id}`, { name: 'Inn' });
    await expect(row(page, 'Inn')).toBeVisible();
    await expect(map(other).getByRole('button', { name: 'Inn' })).toBeVisible();
  });
});

test.describe('the household', () => {
  test.use({ demo: true });
  for (const scheme of ['light', 'dark'] as const) {
    test(`is read by everybody, ${scheme}`, async ({ page }) => {
      await page.emulateMedia({ colorScheme: scheme });
      for (const path of ['/locations', '/locations?view=map']) {
        await page.goto(path);
        await stands(page);
        expect(await axeFinds(page)).toEqual([]);
        expect(await page.evaluate(() => document.documentElement.scrollWidth - innerWidth)).toBeLessThanOrEqual(0);
      }
    });
  }
});
