import { axeFinds, expect, password, test, toast } from './fixture';

test('an app password is made, shown once, and revoked', async ({ page, account }) => {
  await page.goto('/settings/security');
  const card = page.getByRole('region', { name: 'App passwords and tokens' });
  await card.getByRole('button', { name: 'Make one' }).click();
  await card.getByLabel('What for').fill('Phone');
  expect(await axeFinds(page)).toEqual([]);
  await card.getByRole('button', { name: 'Make it' }).click();
  const token = await card.getByLabel('The new one').inputValue();
  expect(token).toMatch(/^umbra_pat_\w{49}$/);
  expect(await axeFinds(page)).toEqual([]);
  await card.getByRole('button', { name: 'I have it' }).click();
  await expect(card.getByText('Phone', { exact: true })).toBeVisible();
  await expect(card.getByLabel('The new one')).toHaveCount(0);
  await card.getByRole('button', { name: 'Revoke Phone' }).click();
  await card.getByRole('button', { name: 'Really revoke?' }).click();
  await expect(toast(page, 'Revoked: Phone')).toBeVisible();
  expect(await account.get('/api/auth/tokens')).toEqual([]);
});

test.describe('a proof', () => {
  test.use({ allow: [/401|403/] });

  test('is asked for in a dialog, and the act goes on', async ({ page, account }) => {
    const todo = await account.post<{ id: number }>('/api/todos', { title: 'To be gone for good' });
    await account.delete(`/api/todos/${todo.id}`);
    await page.goto('/settings/trash');
    // The log-in of this test was just now; what the server says of an older one is told in its place, once.
    await page.route('**/api/trash/todo/*', (route) => route.fulfill({ status: 403, contentType: 'application/problem+json', body: JSON.stringify({ status: 403, code: 'proof_needed', detail: 'x' }) }), { times: 1 });
    await page.getByRole('button', { name: /Delete for good/ }).first().click();
    await page.getByRole('button', { name: 'Really for good?' }).click();
    const dialog = page.getByRole('dialog', { name: 'Is it you?' });
    await dialog.getByLabel('Password', { exact: true }).fill('not the password at all');
    await page.keyboard.press('Enter');
    await expect(dialog.getByRole('alert')).toHaveText('The password is wrong.');
    expect(await axeFinds(page)).toEqual([]);
    await dialog.getByLabel('Password', { exact: true }).fill(password);
    await dialog.getByRole('button', { name: 'Confirm' }).click();
    await expect(dialog).toHaveCount(0);
    await expect(page.getByText('The trash is empty')).toBeVisible();
    expect(await account.get('/api/trash')).toEqual([]);
  });

  test('that is not given changes nothing', async ({ page, account }) => {
    const todo = await account.post<{ id: number }>('/api/todos', { title: 'Kept' });
    await account.delete(`/api/todos/${todo.id}`);
    await page.goto('/settings/trash');
    await page.route('**/api/trash/todo/*', (route) => route.fulfill({ status: 403, contentType: 'application/problem+json', body: JSON.stringify({ status: 403, code: 'proof_needed', detail: 'Confirm first that it is you.' }) }), { times: 1 });
    await page.getByRole('button', { name: /Delete for good/ }).first().click();
    await page.getByRole('button', { name: 'Really for good?' }).click();
    await page.getByRole('dialog', { name: 'Is it you?' }).getByRole('button', { name: 'Cancel' }).click();
    await expect(toast(page, 'Confirm first')).toBeVisible();
    expect((await account.get<unknown[]>('/api/trash')).length).toBe(1);
  });
});
