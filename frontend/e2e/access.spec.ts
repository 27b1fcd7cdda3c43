import { axeFinds, expect, stands, test, type Account } from './fixture';

// WCAG 2.2 AA as far as axe sees it: every page, light and dark, full and empty.
async function paths(account: Account, full: boolean): Promise<string[]> {
  const all = ['/', '/calendar', '/calendar?view=week', '/calendar?view=day', '/calendar?view=agenda', '/calendar?new=1', '/todos', '/reminders', '/projects', '/people', '/locations', '/templates',
    '/settings', '/settings/notifications', '/settings/deliveries', '/settings/backups', '/settings/security', '/settings/phones', '/settings/moving', '/settings/trash', '/settings/history', '/settings/users', '/settings/audit', '/settings/about', '/join', '/no/such/page'];
  if (!full) return all;
  const [project] = await account.get('/api/projects?limit=1');
  const [person] = await account.get('/api/people?limit=1');
  const [todo] = await account.get('/api/todos?limit=1');
  return [...all, ...['list', 'board', 'timeline'].map((v) => `/projects/${project.id}?view=${v}`), `/people/${person.id}`, `/todos?open=${todo.id}`];
}

for (const full of [true, false]) {
  for (const scheme of ['light', 'dark'] as const) {
    test.describe(`${full ? 'full' : 'empty'} ${scheme}`, () => {
      test.use({ demo: full, admin: true, colorScheme: scheme, allow: [/Not found: \/no\/such/] });
      test('axe finds nothing on any page', async ({ page, account }) => {
        test.setTimeout(180_000);
        for (const path of await paths(account, full)) {
          await page.goto(path);
          await stands(page);
          if (path.includes('?open=')) await page.getByRole('dialog').waitFor();
          expect.soft(await axeFinds(page), path).toEqual([]);
        }
        for (const key of ['Control+k', '?', 'n']) {
          await page.goto('/');
          await stands(page);
          await page.keyboard.press(key);
          await page.getByRole('dialog').waitFor();
          expect.soft(await axeFinds(page), key).toEqual([]);
        }
      });
    });
  }
}
