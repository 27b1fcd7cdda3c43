import { expect, stands, test } from './fixture';
import type { Page } from '@playwright/test';

// What a page may weigh in script, gzip (browsers on plain http ask for no better).
const first = 150_000;
const further = 60_000;

export const routes = ['/calendar', '/todos', '/reminders', '/projects', '/people', '/locations', '/templates', '/settings', '/settings/trash', '/settings/history', '/settings/security', '/settings/users', '/settings/audit', '/join'];

/** The scripts that a page has loaded so far. */
async function scripts(page: Page): Promise<string[]> {
  const urls = await page.evaluate(() => performance.getEntriesByType('resource').map((r) => r.name).filter((n) => n.endsWith('.js')));
  return [...new Set(urls.map((u) => new URL(u).pathname))];
}

/** What they weigh on the wire, gzip. */
async function weight(page: Page, paths: string[]): Promise<number> {
  let sum = 0;
  for (const path of paths) {
    const answer = await page.request.get(path, { headers: { 'Accept-Encoding': 'gzip' } });
    sum += Number(answer.headers()['content-length']);
  }
  return sum;
}

/** Script bytes of the first page and of each further route, as a browser loads them. */
export async function weigh(page: Page, more: string[] = []): Promise<Record<string, number>> {
  await page.goto('/');
  await stands(page);
  const base = await scripts(page);
  const weights: Record<string, number> = { '/': await weight(page, base) };
  for (const route of [...routes, ...more]) {
    await page.goto(route);
    await stands(page);
    weights[route] = await weight(page, (await scripts(page)).filter((s) => !base.includes(s)));
  }
  return weights;
}

test('the first page and each further one keep within their weight', async ({ page, account, isMobile }) => {
  test.skip(isMobile, 'the files are the same on a phone');
  test.setTimeout(90_000);
  const project = await account.post('/api/projects', { name: 'Kitchen' });
  const person = await account.post('/api/people', { given_name: 'Ada' });
  const weights = await weigh(page, [`/projects/${project.id}?view=board`, `/people/${person.id}`]);
  for (const [route, bytes] of Object.entries(weights)) {
    expect.soft(bytes, `${route} loads ${bytes} bytes of script`).toBeLessThan(route === '/' ? first : further);
  }
});
