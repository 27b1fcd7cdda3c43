import { axeFinds, expect, stands, test } from './fixture';

// That a server has them is the server's tests' affair; here is how they are shown.
const items = [
  { kind: 'late_backup', at: '2026-11-20T03:00:00Z', free_bytes: null },
  { kind: 'late_copy', at: '2026-11-18T03:00:00Z', free_bytes: null },
  { kind: 'certificate', at: '2026-12-04T10:00:00Z', free_bytes: null },
  { kind: 'disk', at: null, free_bytes: 1258291200 },
];

test.describe('an administrator', () => {
  test.use({ admin: true });

  test('is told on the first page what the server needs, in either language', async ({ page, account }) => {
    let answer: object[] = items;
    await page.route('**/api/concerns', (route) => route.fulfill({ json: { items: answer } }));
    await page.goto('/');
    const panel = page.getByRole('region', { name: 'This server needs you' });
    await expect(panel.getByRole('listitem')).toHaveText([
      'Backups fail: the last good one is from 2026-11-20.',
      'Backups lie in one place alone: none since 2026-11-18 has reached the second one.',
      'The certificate ends 2026-12-04 and was not renewed. The server’s log and “umbra doctor” say why.',
      'The disk fills up: 1,200 MiB are left. Once it is full nothing can be saved.',
    ]);
    await stands(page);
    expect(await axeFinds(page)).toEqual([]);
    await panel.getByRole('link').press('Enter');
    await expect(page).toHaveURL(/\/settings\/backups$/);

    answer = items.slice(3); // no page of ours helps
    await page.goto('/');
    await expect(panel.getByRole('listitem')).toHaveCount(1);
    await expect(panel.getByRole('link')).toHaveCount(0);

    answer = [{ kind: 'late_backup', at: null, free_bytes: null }];
    await account.patch('/api/settings', { language: 'de' });
    await page.goto('/');
    await expect(page.getByRole('region', { name: 'Dieser Server braucht dich' }).getByRole('listitem')).toHaveText(['Es gibt keine Sicherung.']);
  });

  test('is told nothing while all is well', async ({ page }) => {
    const asked = page.waitForResponse('**/api/concerns');
    await page.goto('/');
    expect(await (await asked).json()).toEqual({ items: [] });
    await stands(page);
    await expect(page.getByRole('region', { name: 'This server needs you' })).toHaveCount(0);
  });
});

test('nobody else asks', async ({ page }) => {
  await page.route('**/api/concerns', (route) => route.fulfill({ json: { items } }));
  await page.goto('/');
  await expect(page.getByText('Your days begin here')).toBeVisible();
  await stands(page);
  await expect(page.getByRole('region', { name: 'This server needs you' })).toHaveCount(0);
});
