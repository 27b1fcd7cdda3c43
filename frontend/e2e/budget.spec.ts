import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { expect, stands, test, type Account } from './fixture';
import type { Page } from '@playwright/test';

// What a page may weigh in script, gzip (browsers on plain http ask for no better).
const first = 150_000;
const further = 60_000;

export const routes = ['/calendar', '/todos', '/reminders', '/projects', '/people', '/locations', '/templates', '/settings', '/settings/trash', '/settings/history'];

/** The scripts that a page has loaded so far. */
async function scripts(page: Page): Promise<string[]> {
  const urls = await page.evaluate(() => performance.getEntriesByType('resource').map((r) => r.name).filter((n) => n.endsWith('.js')));
  return [...new Set(urls.map((u) => new URL(u).pathname))];
}

export function weight(paths: string[]): number {
  return paths.reduce((sum, path) => {
    const file = resolve('../frontend_dist', '.' + path);
    try {
      return sum + readFileSync(file + '.gz').length;
    } catch {
      return sum + readFileSync(file).length;
    }
  }, 0);
}

/** Script bytes of the first page and of each further route, as a browser loads them. */
export async function weigh(page: Page, account: Account): Promise<Record<string, number>> {
  void account;
  await page.goto('/');
  await stands(page);
  const base = await scripts(page);
  const weights: Record<string, number> = { '/': weight(base) };
  for (const route of routes) {
    await page.goto('/');
    await stands(page);
    await page.evaluate((path) => document.querySelector<HTMLAnchorElement>(`a[href="${path}"]`)?.click(), route);
    await page.waitForURL((url) => url.pathname === route);
    await stands(page);
    weights[route] = weight((await scripts(page)).filter((s) => !base.includes(s)));
  }
  return weights;
}

test('the first page and each further one keep within their weight', async ({ page, account, isMobile }) => {
  test.skip(isMobile, 'the files are the same on a phone');
  test.setTimeout(90_000);
  const weights = await weigh(page, account);
  for (const [route, bytes] of Object.entries(weights)) {
    expect.soft(bytes, `${route} loads ${bytes} bytes of script`).toBeLessThan(route === '/' ? first : further);
  }
});
