import { axeFinds, expect, stands, test, toast, type Account } from './fixture';

/** A script with a token of its own, which deletes every to-do there is. */
async function runsAmok(account: Account, n: number): Promise<void> {
  for (let i = 0; i < n; i++) await account.post('/api/todos', { title: `To-do ${i}` });
  const { token } = await account.post<{ token: string }>('/api/auth/tokens', { name: 'Old phone', scopes: ['read', 'write'] });
  const todos = await account.get<{ id: number }[]>('/api/todos?limit=100');
  for (const { id } of todos) {
    const answer = await fetch(`${account.url}/api/todos/${id}`, { method: 'DELETE', headers: { Authorization: `Bearer ${token}` } });
    expect(answer.status).toBe(204);
  }
}

const panel = 'Was this meant?';

test('what an application deletes nearly all of waits for an answer on the first page', async ({ page, account }) => {
  await page.goto('/');
  await runsAmok(account, 14);
  const asked = page.getByRole('region', { name: panel }); // comes by itself
  await expect(asked).toContainText('“Old phone” deleted 14 of 14 in your to-dos');
  await stands(page);
  expect(await axeFinds(page)).toEqual([]);

  await asked.getByRole('button', { name: 'Bring it all back' }).press('Enter');
  await expect(toast(page, '14 entries are back.')).toBeVisible();
  await expect(asked).toHaveCount(0);
  expect(await account.get<unknown[]>('/api/todos?limit=100')).toHaveLength(14);

  await runsAmok(account, 0); // the same again, by another one
  await expect(asked).toContainText('14 of 14');
  await asked.getByRole('button', { name: 'It may go' }).click();
  await expect(toast(page, 'The deletion stands')).toBeVisible();
  await expect(asked).toHaveCount(0);
  expect(await account.get<unknown[]>('/api/trash?limit=100')).toHaveLength(14);
});
