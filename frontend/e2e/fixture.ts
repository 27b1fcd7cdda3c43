// What every end-to-end test starts from: the real executable, an account of the
// test's own, a page that is signed in, and a watch over what the page must not do.
//
//   import { expect, test } from './fixture';
//   test('adds a to-do', async ({ page, account }) => { await page.goto('/todos'); … });
//   test.use({ demo: true })            the account is filled with the demo household
//   test.use({ admin: true })           the account is an administrator's
//   test.use({ allow: [/412/] })        console errors that this test provokes
//   await undo(page, 'Deleted');      the message's own Undo
//   const other = await open();         another window of the same account
//   await account.post('/api/todos', { title: 'x' })   the API, as the same person

import { test as base, expect, type APIResponse, type BrowserContext, type Locator, type Page } from '@playwright/test';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { zone } from './days';
import { Server } from './server';

export { expect, Server };
export const password = 'an umbrella for every day';

/** One person's account, with the API at hand. */
export class Account {
  constructor(
    readonly username: string,
    readonly url: string,
    readonly context: BrowserContext,
  ) {}

  /** Signs the context in. */
  async logIn(context = this.context): Promise<void> {
    const answer = await context.request.post(`${this.url}/api/auth/login`, { data: { username: this.username, password }, headers: { 'X-Forwarded-For': address() } });
    expect(answer.ok(), await answer.text()).toBe(true);
  }

  async get<T = any>(path: string): Promise<T> {
    return read(await this.context.request.get(this.url + path));
  }
  async post<T = any>(path: string, data: object = {}): Promise<T> {
    return read(await this.context.request.post(this.url + path, { data }));
  }
  async patch<T = any>(path: string, data: object = {}): Promise<T> {
    return read(await this.context.request.patch(this.url + path, { data }));
  }
  async delete(path: string): Promise<void> {
    await read(await this.context.request.delete(this.url + path));
  }
}

async function read(answer: APIResponse) {
  expect(answer.ok(), `${answer.url()}: ${answer.status()} ${await answer.text()}`).toBe(true);
  return answer.status() === 204 ? undefined : answer.json();
}

let addresses = 0;
const address = () => `10.${process.pid % 250}.${Math.floor(addresses / 250)}.${++addresses % 250}`;
let people = 0;

type TestFixtures = { demo: boolean; admin: boolean; allow: RegExp[]; account: Account; open: () => Promise<Page>; signedIn: boolean };
type WorkerFixtures = { server: Server };

export const test = base.extend<TestFixtures, WorkerFixtures>({
  demo: [false, { option: true }],
  admin: [false, { option: true }],
  signedIn: [true, { option: true }],
  allow: [[], { option: true }],

  server: [
    async ({}, use) => {
      const server = new Server();
      await server.start();
      server.run(['user', 'add', 'keeper', '--admin'], password + '\n');
      await use(server);
      await server.remove();
    },
    { scope: 'worker' },
  ],

  baseURL: async ({ server }, use) => use(server.url),

  account: async ({ server, context, demo, admin, signedIn }, use) => {
    const account = new Account(`person${process.pid}x${++people}`, server.url, context);
    server.run(['user', 'add', account.username, ...(admin ? ['--admin'] : [])], password + '\n');
    if (demo) server.run(['demo', account.username]);
    if (signedIn) {
      await account.logIn();
      await account.patch('/api/settings', { time_zone: zone, language: 'en' });
    }
    await use(account);
  },

  page: async ({ page, account, allow }, use) => {
    void account;
    const wrongs = watch(page, account.url, allow);
    await use(page);
    expect(wrongs, 'what the page must not do').toEqual([]);
  },

  open: async ({ context, account, allow }, use) => {
    const wrongs: string[][] = [];
    await use(async () => {
      const page = await context.newPage();
      wrongs.push(watch(page, account.url, allow));
      return page;
    });
    expect(wrongs.flat(), 'what another window must not do').toEqual([]);
  },
});

/** Collects what no page may do: ask another host, break the policy, throw, or complain to the console. */
function watch(page: Page, url: string, allow: RegExp[]): string[] {
  const wrongs: string[] = [];
  const wrong = (text: string) => {
    if (!allow.some((a) => a.test(text))) wrongs.push(text);
  };
  page.on('request', (r) => {
    if (!/^(data|blob):/.test(r.url()) && new URL(r.url()).origin !== url) wrong(`asked ${r.url()}`);
  });
  page.on('console', (m) => {
    if (m.type() === 'error') wrong(`console: ${m.text()} (${m.location().url})`);
  });
  page.on('pageerror', (e) => wrong(`threw: ${e.stack ?? e.message}`));
  return wrongs;
}

/** The message that says so. */
export const toast = (page: Page, said: string | RegExp): Locator => page.locator('.toast').filter({ hasText: said });

/** Takes back what a message speaks of. It is named: the one before it may still be there when its own is on its way. */
export const undo = (page: Page, said: string | RegExp): Promise<void> => toast(page, said).getByRole('button', { name: 'Undo' }).click();

/** Puts a message away, so that a next one that says the same is the only one. */
export async function heard(page: Page, said: string | RegExp): Promise<void> {
  await toast(page, said).getByRole('button', { name: 'Close' }).click();
  await expect(toast(page, said)).toHaveCount(0);
}

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

/** What axe finds against WCAG 2.2 A and AA, a line each; none is what it should be. What is half faded in has no colours yet, so it waits for that. */
export async function axeFinds(page: Page): Promise<string[]> {
  await page.waitForFunction(() => document.getAnimations().every((a) => a.playState !== 'running' || a.effect?.getComputedTiming().endTime === Infinity));
  await page.evaluate(axe);
  return page.evaluate(async () => {
    type Axe = { run(options: object): Promise<{ violations: { id: string; help: string; nodes: { target: string[]; failureSummary: string }[] }[] }> };
    const { violations } = await (window as unknown as { axe: Axe }).axe.run({ runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'] });
    return violations.flatMap((v) => v.nodes.map((n) => `${v.id}: ${v.help}: ${n.target.join(' ')}: ${n.failureSummary.replace(/\s+/g, ' ')}`));
  });
}

/** Waits until the page stands: its title is there and nothing of it is still loading. (The stream of changes never lets the network rest.) */
export async function stands(page: Page): Promise<void> {
  await page.getByRole('heading', { level: 1 }).first().waitFor();
  await expect(page.locator('.skeleton, [aria-busy=true]')).toHaveCount(0);
  await page.waitForTimeout(250); // what a page loads of its own accord, once it stands
}
