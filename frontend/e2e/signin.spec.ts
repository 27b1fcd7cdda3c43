import { axeFinds, expect, password, test, type Account } from './fixture';
import type { Page } from '@playwright/test';
import { codeOf } from './totp';

/** Logs in by password and stands before the second step. */
async function half(page: Page, account: Account) {
  await page.context().clearCookies();
  await page.goto('/');
  await page.getByLabel('User name').fill(account.username);
  await page.getByLabel('Password', { exact: true }).fill(password);
  await page.getByRole('button', { name: 'Log in', exact: true }).click();
  await expect(page.getByRole('heading', { name: 'Second step' })).toBeVisible();
}

test.describe('the second factor', () => {
  test.use({ allow: [/401|403/] });

  test('is set up, asked for, recovered and turned off', async ({ page, account }) => {
    await page.goto('/settings/security');
    const card = page.getByRole('region', { name: 'Second factor' });
    await card.getByRole('button', { name: 'Set it up' }).click();
    await card.getByLabel('Password', { exact: true }).fill('not the password at all');
    await card.getByRole('button', { name: 'Go on' }).click();
    await expect(card.getByRole('alert')).toContainText('wrong');
    await card.getByLabel('Password', { exact: true }).fill(password);
    await card.getByRole('button', { name: 'Go on' }).click();
    await expect(card.getByRole('img', { name: 'QR code' })).toBeVisible();
    expect(await axeFinds(page)).toEqual([]);
    const key = (await card.locator('.key').textContent()) ?? '';
    await card.getByLabel('The six digits').fill('000000');
    await card.getByRole('button', { name: 'Turn it on' }).click();
    await expect(card.getByRole('alert')).toContainText('wrong');
    await card.getByLabel('The six digits').fill(codeOf(key));
    await card.getByRole('button', { name: 'Turn it on' }).click();
    const shown = card.getByRole('list', { name: 'Your recovery codes' }).getByRole('listitem');
    await expect(shown).toHaveCount(10);
    const codes = await shown.allTextContents();
    expect(await axeFinds(page)).toEqual([]);
    const download = page.waitForEvent('download');
    await card.getByRole('button', { name: 'Download' }).click();
    expect((await download).suggestedFilename()).toBe('umbra-recovery-codes.txt');
    await card.getByRole('button', { name: 'I have kept them' }).click();
    await expect(card).toContainText('10 recovery codes are left');

    await half(page, account);
    expect(await axeFinds(page)).toEqual([]);
    await page.getByLabel('Code').fill(codes[0]!.toLowerCase());
    await page.getByRole('button', { name: 'Confirm' }).click();
    await expect(page.getByRole('heading', { level: 1, name: 'Today' })).toBeVisible();

    await half(page, account);
    await page.getByLabel('Code').fill(codes[0]!);
    await page.getByRole('button', { name: 'Confirm' }).click();
    await expect(page.getByRole('alert')).toHaveText('The code is wrong or was used already. Type the one that is shown now.');
    await page.getByLabel('Code').fill(codeOf(key, 1));
    await page.getByRole('button', { name: 'Confirm' }).click();
    await expect(page.getByRole('heading', { level: 1, name: 'Today' })).toBeVisible();

    await page.goto('/settings/security');
    await expect(card).toContainText('9 recovery codes are left');
    await card.getByRole('button', { name: 'Turn it off' }).click();
    await card.getByRole('button', { name: 'Really turn it off?' }).click();
    await expect(card).toContainText('It is off.');
    await page.context().clearCookies();
    await account.logIn();
    await page.goto('/');
    await expect(page.getByRole('heading', { level: 1, name: 'Today' })).toBeVisible();
  });
});
