import { deflateSync } from 'node:zlib';
import { day } from './days';
import { axeFinds, expect, heard, stands, test, undo } from './fixture';
import type { Page } from '@playwright/test';

const row = (page: Page, name: string) => page.getByRole('listitem').filter({ has: page.getByRole('link', { name }) });
/** Takes back what a message says. */

/** A picture of one colour, as a camera would hand it over: large. */
function png(width: number, height: number): Buffer {
  const table = Array.from({ length: 256 }, (_, n) => {
    for (let k = 0; k < 8; k++) n = n & 1 ? 0xedb88320 ^ (n >>> 1) : n >>> 1;
    return n >>> 0;
  });
  const chunk = (type: string, data: Buffer) => {
    const body = Buffer.concat([Buffer.from(type), data]);
    let crc = 0xffffffff;
    for (const byte of body) crc = (table[(crc ^ byte) & 255]! ^ (crc >>> 8)) >>> 0;
    const out = Buffer.alloc(body.length + 8);
    out.writeUInt32BE(data.length, 0);
    body.copy(out, 4);
    out.writeUInt32BE((crc ^ 0xffffffff) >>> 0, body.length + 4);
    return out;
  };
  const head = Buffer.alloc(13);
  head.writeUInt32BE(width, 0);
  head.writeUInt32BE(height, 4);
  head.set([8, 2, 0, 0, 0], 8);
  const line = Buffer.concat([Buffer.from([0]), Buffer.alloc(width * 3, 0x55)]);
  return Buffer.concat([Buffer.from('89504e470d0a1a0a', 'hex'), chunk('IHDR', head), chunk('IDAT', deflateSync(Buffer.concat(Array(height).fill(line)))), chunk('IEND', Buffer.alloc(0))]);
}

test('makes somebody with every field, shows them, changes and deletes them, and takes that back', async ({ page, account }) => {
  await page.goto('/people');
  await page.getByRole('button', { name: 'New person' }).click();
  const sheet = page.getByRole('dialog');
  await expect(sheet.getByLabel('First name')).toBeFocused();
  await sheet.getByLabel('First name').fill('Ada');
  await sheet.getByLabel('Last name').fill('Lovelace');
  await sheet.getByLabel('Nickname').fill('Countess');
  await sheet.getByRole('button', { name: 'Add a telephone number' }).click();
  await sheet.getByRole('textbox', { name: 'Telephone 1', exact: true }).fill('+44 20 7946 0000');
  await sheet.getByRole('button', { name: 'Add an e-mail address' }).click();
  await sheet.getByRole('textbox', { name: 'E-mail 1', exact: true }).fill('ada@example.org');
  await sheet.getByRole('combobox', { name: 'Label of E-mail 1' }).fill('home');
  await sheet.getByRole('button', { name: 'Add an e-mail address' }).click();
  await sheet.getByRole('textbox', { name: 'E-mail 2', exact: true }).fill('ada@engines.example');
  await sheet.getByRole('button', { name: 'Prefer E-mail 2' }).click();
  await sheet.getByRole('button', { name: 'Add an address' }).click();
  await sheet.getByLabel('Street and number').fill("12 St James's Square");
  await sheet.getByLabel('City').fill('London');
  const birthday = sheet.getByRole('group', { name: 'Birthday' });
  await birthday.getByLabel('Day').fill('10');
  await birthday.getByLabel('Month').selectOption('December');
  await birthday.getByLabel('Year').fill('1985');
  const anniversary = sheet.getByRole('group', { name: 'Anniversary' });
  await anniversary.getByLabel('Day').fill('8');
  await anniversary.getByLabel('Month').selectOption('July');
  await sheet.getByRole('combobox', { name: 'Groups' }).fill('mathematics,');
  await sheet.getByLabel('What they are to you').fill('friend');
  await sheet.getByLabel('Category').fill('heroes');
  await sheet.getByLabel('Company').fill('Analytical Engines');
  await sheet.getByLabel('Job').fill('Programmer');
  await sheet.getByLabel('Be in touch every').selectOption('month');
  await sheet.getByLabel('Notes').fill('Likes **tea**.');
  await sheet.getByRole('checkbox', { name: 'Favourite' }).check();
  expect(await axeFinds(page)).toEqual([]);
  await sheet.getByRole('button', { name: 'Save' }).click();
  await expect(sheet).toBeHidden();

  const [ada] = await account.get('/api/people');
  expect(ada).toMatchObject({
    given_name: 'Ada', family_name: 'Lovelace', display_name: 'Ada Lovelace', nickname: 'Countess', birthday: '1985-12-10', anniversary: '--07-08', groups: ['mathematics'],
    relationship: 'friend', category: 'heroes', company: 'Analytical Engines', job_title: 'Programmer', contact_every_days: 30, notes: 'Likes **tea**.', favourite: true,
    phones: [{ value: '+44 20 7946 0000' }], emails: [{ value: 'ada@example.org', label: 'home' }, { value: 'ada@engines.example', preferred: true }],
    addresses: [{ street: "12 St James's Square", city: 'London' }],
  });

  await page.getByRole('link', { name: /Ada Lovelace/ }).click();
  await expect(page.getByRole('heading', { level: 1, name: 'Ada Lovelace' })).toBeVisible();
  await expect(page.getByRole('link', { name: 'Write' })).toHaveAttribute('href', 'mailto:ada@engines.example');
  await expect(page.getByRole('link', { name: '+44 20 7946 0000', exact: true })).toHaveAttribute('href', 'tel:+442079460000');
  await expect(page.getByRole('link', { name: /St James/ })).toHaveAttribute('href', /^\/locations\?q=London/);
  await expect(page.locator('strong', { hasText: 'tea' })).toBeVisible();
  await expect(page.getByText(/turns \d+/)).toBeVisible();

  await page.getByRole('button', { name: 'Edit', exact: true }).click();
  await sheet.getByLabel('Last name').fill('King');
  await sheet.getByRole('button', { name: 'Save' }).click();
  await expect(page.getByRole('heading', { level: 1, name: 'Ada King' })).toBeVisible();
  await undo(page, 'Changed Ada King');
  await expect(page.getByRole('heading', { level: 1, name: 'Ada Lovelace' })).toBeVisible();

  await page.getByRole('button', { name: 'Edit', exact: true }).click();
  await sheet.getByRole('button', { name: 'Delete' }).click();
  await expect(page).toHaveURL(/\/people$/);
  await expect(page.getByText('Nobody here yet')).toBeVisible();
  await undo(page, 'Deleted Ada Lovelace');
  await expect(row(page, 'Ada Lovelace')).toBeVisible();
});

test.describe('a refusal', () => {
  test.use({ allow: [/422/] });

  test('says what is wrong beside the field, and keeps what was typed', async ({ page }) => {
    await page.goto('/people?new=1');
    const sheet = page.getByRole('dialog');
    await sheet.getByLabel('Notes').fill('Whose notes?');
    await sheet.getByRole('button', { name: 'Save' }).click();
    await expect(sheet.getByLabel('First name')).toBeFocused();
    await expect(sheet.getByRole('alert')).toContainText('must be given');
    await page.keyboard.press('Escape');
    await expect(sheet).toBeHidden();
    await page.getByRole('button', { name: 'New person' }).click();
    await expect(sheet.getByLabel('Notes')).toHaveValue('Whose notes?');
  });
});


test('makes a photo small before it is sent, shows it first, and takes it away again', async ({ page, account }) => {
  const { id } = await account.post('/api/people', { given_name: 'Grace' });
  await page.goto(`/people/${id}?edit=1`);
  const sheet = page.getByRole('dialog');
  await sheet.getByLabel('Choose a photo').setInputFiles({ name: 'grace.png', mimeType: 'image/png', buffer: png(2400, 1600) });
  await expect(sheet.getByRole('img', { name: 'Photo' }).locator('img')).toHaveAttribute('src', /^data:image\/jpeg/);
  await sheet.getByRole('button', { name: 'Save' }).click();
  await expect(sheet).toBeHidden();
  const { photo } = await account.get(`/api/people/${id}`);
  await expect(page.locator('header .avatar img')).toHaveAttribute('src', photo);
  const size = () => page.locator('header .avatar img').evaluate((img: HTMLImageElement) => [img.naturalWidth, img.naturalHeight]);
  await expect.poll(size).toEqual([512, 512]);

  await heard(page, 'Changed Grace');
  await page.getByRole('button', { name: 'Edit', exact: true }).click();
  await sheet.getByRole('button', { name: 'Remove the photo' }).click();
  await sheet.getByRole('button', { name: 'Save' }).click();
  await expect(page.locator('header .avatar img')).toHaveCount(0);
  await undo(page, 'Changed Grace');
  await expect(page.locator('header .avatar img')).toBeVisible();

  await page.getByRole('button', { name: 'Edit', exact: true }).click();
  await sheet.getByLabel('Choose a photo').setInputFiles({ name: 'notes.txt', mimeType: 'image/png', buffer: Buffer.from('no picture') });
  await expect(sheet.getByRole('alert')).toContainText('no picture');
});

test('finds, narrows and sorts in the address', async ({ page, account }) => {
  await account.post('/api/people', { given_name: 'Zoë', groups: ['Choir'], category: 'friends', birthday: `1990-${day(3).slice(5)}` });
  await account.post('/api/people', { given_name: 'Bela', groups: ['Family'], category: 'family', favourite: true, birthday: `--${day(40).slice(5)}` });
  await account.post('/api/people', { given_name: 'Anton', groups: ['choir'], category: 'friends', phones: [{ value: '+49 (30) 123-45' }] });
  const names = () => page.getByRole('list', { name: 'People' }).getByRole('link').evaluateAll((links) => links.map((a) => a.querySelector('.name')?.textContent));
  await page.goto('/people');
  await expect.poll(names).toEqual(['Bela', 'Anton', 'Zoë']);
  await expect(row(page, 'Zoë')).toContainText('in 3 days, turns');
  await expect(row(page, 'Bela').getByText('in 40 days')).toHaveCount(0);
  await page.getByRole('searchbox', { name: 'Find people' }).fill('zoe');
  await expect.poll(names).toEqual(['Zoë']);
  await expect(page).toHaveURL(/q=zoe/);
  await page.getByRole('searchbox', { name: 'Find people' }).fill('493012345');
  await expect.poll(names).toEqual(['Anton']);
  await page.getByRole('searchbox', { name: 'Find people' }).fill('');
  await page.getByLabel('Groups').selectOption('choir');
  await expect.poll(names).toEqual(['Anton', 'Zoë']);
  await page.reload();
  await expect.poll(names).toEqual(['Anton', 'Zoë']);
  await page.goto('/people?sort=birthday');
  await expect.poll(names).toEqual(['Zoë', 'Bela', 'Anton']);
  await page.goto('/people?favourite=true&category=friends');
  await expect(page.getByText('Nobody fits')).toBeVisible();
  await page.getByRole('button', { name: 'Show everybody' }).click();
  await expect.poll(names).toHaveLength(3);
});

test('does everything with keys alone', async ({ page, account, isMobile }) => {
  test.skip(isMobile, 'a phone has no keys');
  for (const given_name of ['Ann', 'Bob', 'Cem']) await account.post('/api/people', { given_name });
  await page.goto('/people');
  await expect(row(page, 'Ann')).toBeVisible();
  await page.keyboard.press('j');
  await page.keyboard.press('x');
  await page.keyboard.press('j');
  await page.keyboard.press('x');
  await expect(page.getByRole('toolbar', { name: '2 selected' })).toBeVisible();
  await page.keyboard.press('Escape');
  await expect(page.getByRole('toolbar')).toHaveCount(0);
  await page.keyboard.press('s');
  await expect.poll(async () => (await account.get('/api/people?favourite=true')).map((p: { given_name: string }) => p.given_name)).toEqual(['Bob']);
  await page.keyboard.press('t');
  await expect.poll(async () => (await account.get('/api/people?q=Bob'))[0].last_contacted_at).not.toBeNull();
  await page.keyboard.press('e');
  await expect(page.getByRole('dialog').getByLabel('First name')).toHaveValue('Bob');
  await page.keyboard.press('Escape');
  await expect(page.getByRole('dialog')).toHaveCount(0);
  await page.keyboard.press('#');
  await expect(row(page, 'Bob')).toHaveCount(0);
  await page.keyboard.press('z');
  await expect(row(page, 'Bob')).toBeVisible();
  await page.keyboard.press('c');
  await expect(page.getByRole('dialog').getByLabel('First name')).toBeFocused();
  await page.keyboard.type('Dora');
  await page.keyboard.press('Enter');
  await expect(page.getByRole('dialog')).toHaveCount(0);
  await expect(row(page, 'Dora')).toBeVisible();
  await page.keyboard.press('Enter');
  await expect(page.getByRole('heading', { level: 1, name: 'Dora' })).toBeVisible();
  await page.keyboard.press('t');
  await expect(page.getByText(/^Last:/)).toBeVisible();
  await page.keyboard.press('u');
  await expect(page.getByRole('heading', { level: 1, name: 'People' })).toBeVisible();
});

test('changes many at once, and takes that back as one', async ({ page, account }) => {
  for (const given_name of ['Ann', 'Bob', 'Cem']) await account.post('/api/people', { given_name });
  await page.goto('/people');
  for (const name of ['Ann', 'Bob']) {
    await page.getByRole('button', { name: `Actions: ${name}` }).click();
    await page.getByRole('menuitemcheckbox', { name: 'Select the row' }).click();
  }
  await page.getByRole('button', { name: 'Add to group' }).click();
  await page.getByRole('dialog').getByLabel('Group for 2 people').fill('Choir');
  await page.getByRole('dialog').getByRole('button', { name: 'Add' }).click();
  await expect.poll(async () => (await account.get('/api/people?group=choir')).length).toBe(2);
  await undo(page, 'Added 2 to');
  await expect.poll(async () => (await account.get('/api/people?group=choir')).length).toBe(0);
});

test.describe('two windows', () => {
  test.use({ allow: [/412/] });

  for (const keep of ['mine', 'theirs'] as const) {
    test(`that change the same person are shown side by side, and one keeps ${keep}`, async ({ page, account, open }) => {
      const { id } = await account.post('/api/people', { given_name: 'Ann', nickname: 'A' });
      await page.goto(`/people/${id}?edit=1`);
      const sheet = page.getByRole('dialog', { name: 'Edit person' });
      await sheet.getByLabel('Nickname').fill('Mine');
      await sheet.getByLabel('Company').fill('Mill');
      const other = await open();
      await other.goto(`/people/${id}?edit=1`);
      await other.getByRole('dialog').getByLabel('Nickname').fill('Theirs');
      await other.getByRole('dialog').getByRole('button', { name: 'Save' }).click();
      await expect(other.getByText('“Theirs”')).toBeVisible();
      await page.bringToFront();
      await sheet.getByRole('button', { name: 'Save' }).click();
      const question = page.getByRole('dialog', { name: 'Changed in the meantime' });
      await expect(question.getByRole('row', { name: /Nickname/ })).toContainText('Mine');
      await expect(question.getByRole('row', { name: /Nickname/ })).toContainText('Theirs');
      expect(await axeFinds(page)).toEqual([]);
      await question.getByRole('button', { name: keep === 'mine' ? 'Keep mine' : 'Take the stored one' }).click();
      await expect(sheet).toBeHidden();
      await expect(page.getByText(keep === 'mine' ? '“Mine”' : '“Theirs”')).toBeVisible();
      const stored = await account.get(`/api/people/${id}`);
      expect([stored.nickname, stored.company]).toEqual(keep === 'mine' ? ['Mine', 'Mill'] : ['Theirs', '']);
    });
  }

  test('show the same at once', async ({ page, account, open }) => {
    const { id } = await account.post('/api/people', { given_name: 'Ann' });
    await page.goto('/people');
    const other = await open();
    await other.goto(`/people/${id}`);
    await expect(row(page, 'Ann')).toBeVisible();
    await expect(other.getByRole('heading', { level: 1, name: 'Ann' })).toBeVisible();
    await account.patch(`/api/people/${id}`, { given_name: 'Anna' });
    await expect(row(page, 'Anna')).toBeVisible();
    await expect(other.getByRole('heading', { level: 1, name: 'Anna' })).toBeVisible();
    await account.delete(`/api/people/${id}`);
    await expect(row(page, 'Anna')).toHaveCount(0);
    await expect(other.getByRole('heading', { level: 2, name: 'This person is not here' })).toBeVisible();
  });
});

test('gathers what concerns somebody, and adds to it', async ({ page, account }) => {
  const { id } = await account.post('/api/people', { given_name: 'Ann', contact_every_days: 7, last_contacted_at: new Date(Date.now() - 10 * 86_400_000).toISOString() });
  const { id: project } = await account.post('/api/projects', { name: 'Garden' });
  await account.post(`/api/projects/${project}/tasks`, { title: 'Dig the pond', person_id: id });
  await account.post('/api/events', { title: 'Choir', start: day(5), all_day: true, person_ids: [id], recurrence_rule: 'FREQ=WEEKLY' });
  await account.post('/api/events', { title: 'Old times', start: day(-30), all_day: true, person_ids: [id] });
  await page.goto(`/people/${id}`);
  await expect(page.getByRole('region', { name: 'Events ahead' }).getByRole('link')).toHaveCount(1); // a series once
  await expect(page.getByRole('region', { name: 'Past events' })).toContainText('Old times');
  await expect(page.getByRole('region', { name: 'Project tasks' }).getByRole('link', { name: /Dig the pond/ })).toHaveAttribute('href', new RegExp(`/projects/${project}\\?open=`));
  await expect(page.getByText('Was due 3 days ago')).toBeVisible();
  await page.getByRole('button', { name: 'Talked today' }).click();
  await expect(page.getByText('Next: in 7 days')).toBeVisible();
  await undo(page, 'Talked to Ann');
  await expect(page.getByText('Was due 3 days ago')).toBeVisible();

  const add = page.getByRole('dialog', { name: 'Add for Ann' });
  for (const [kind, title] of [['To-do', 'Ask about the key'], ['Event', 'Coffee'], ['Reminder', 'Call back']] as const) {
    await page.getByRole('button', { name: 'Add for Ann' }).click();
    await add.getByText(kind, { exact: true }).click();
    await add.getByLabel('What', { exact: true }).fill(title);
    if (kind === 'Event') await add.getByLabel('Time').fill('15:30');
    await add.getByRole('button', { name: 'Add' }).click();
    await expect(add).toBeHidden();
    await expect(page.getByRole('region').getByRole('link', { name: new RegExp(title) })).toBeVisible();
  }
  await expect(page.getByRole('region', { name: 'Events ahead' })).toContainText('15:30');
  await page.getByRole('checkbox', { name: 'Ask about the key' }).click();
  await expect(page.getByRole('region', { name: 'To-dos' })).toContainText('No open to-dos');
  await undo(page, 'Done: ');
  await expect(page.getByRole('checkbox', { name: 'Ask about the key' })).toBeVisible();
  await page.getByText('What changed').click();
  await expect(page.locator('details')).toContainText('by undo');
  expect(await axeFinds(page)).toEqual([]);
});

test.describe('the household', () => {
  test.use({ demo: true });
  for (const scheme of ['light', 'dark'] as const) {
    test(`is read by everybody, ${scheme}`, async ({ page, account }) => {
      const [someone] = await account.get('/api/people?limit=1&sort=-created_at');
      await page.emulateMedia({ colorScheme: scheme });
      await page.goto('/people');
      await stands(page);
      expect(await axeFinds(page)).toEqual([]);
      expect(await page.evaluate(() => document.documentElement.scrollWidth - innerWidth)).toBeLessThanOrEqual(0);
      await page.goto(`/people/${someone.id}`);
      await stands(page);
      expect(await axeFinds(page)).toEqual([]);
      expect(await page.evaluate(() => document.documentElement.scrollWidth - innerWidth)).toBeLessThanOrEqual(0);
    });
  }
});
