import { mkdirSync } from 'node:fs';
import { stands, test } from '../fixture';

const out = '../screenshots';
const pages: Record<string, string> = {
  today: '/', calendar: '/calendar', week: '/calendar?view=week', day: '/calendar?view=day', agenda: '/calendar?view=agenda', event: '/calendar?new=1',
  todos: '/todos', reminders: '/reminders', projects: '/projects', people: '/people', locations: '/locations', templates: '/templates', settings: '/settings',
  moving: '/settings/moving', trash: '/settings/trash', history: '/settings/history', security: '/settings/security', phones: '/settings/phones', notifications: '/settings/notifications', deliveries: '/settings/deliveries', backups: '/settings/backups', about: '/settings/about', users: '/settings/users', audit: '/settings/audit', join: '/join', missing: '/no/such/page',
};

for (const scheme of ['light', 'dark'] as const) {
  for (const full of [true, false]) {
    test.describe(`${scheme} ${full ? 'full' : 'empty'}`, () => {
      test.use({ demo: full, admin: true, colorScheme: scheme, allow: [/./] });
      test('every page', async ({ page, account }, info) => {
        mkdirSync(out, { recursive: true });
        const shoot = (name: string) => page.screenshot({ path: `${out}/${name}-${info.project.name}-${scheme}-${full ? 'full' : 'empty'}.png` });
        const all = { ...pages };
        if (full) {
          const [project] = await account.get('/api/projects?limit=1');
          const [person] = await account.get('/api/people?limit=1');
          const [todo] = await account.get('/api/todos?limit=1');
          Object.assign(all, {
            'project-list': `/projects/${project.id}?view=list`, 'project-board': `/projects/${project.id}?view=board`, 'project-timeline': `/projects/${project.id}?view=timeline`,
            person: `/people/${person.id}`, todo: `/todos?open=${todo.id}`,
          });
        }
        for (const [name, path] of Object.entries(all)) {
          await page.goto(path);
          await stands(page).catch(() => console.log(`${name} never stood`));
          await shoot(name);
        }
        await page.goto('/');
        await stands(page);
        await page.keyboard.press('Control+k');
        await page.waitForTimeout(400);
        await shoot('palette');
        await page.keyboard.press('Escape');
        await page.keyboard.press('?');
        await page.waitForTimeout(400);
        await shoot('keys');
        await page.keyboard.press('Escape');
        await page.keyboard.press('n');
        await page.waitForTimeout(400);
        await shoot('quick');
        await page.context().clearCookies();
        await page.goto('/');
        await page.waitForTimeout(400);
        await shoot('log-in');
      });
    });
  }
}
