import { createServer, type Server as Peer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { day } from './days';
import { axeFinds, expect, test as base } from './fixture';

type Fed = { url: string; answer: { status: number; body: string } };

/** Somebody else's server with a calendar of holidays. */
const test = base.extend<{ fed: Fed }>({
  fed: async ({}, use) => {
    const answer = { status: 200, body: '' };
    const peer: Peer = createServer((_, res) => {
      res.writeHead(answer.status, { 'Content-Type': 'text/calendar' });
      res.end(answer.body);
    });
    await new Promise<void>((ok) => peer.listen(0, '127.0.0.1', ok));
    await use({ url: `http://127.0.0.1:${(peer.address() as AddressInfo).port}/holidays.ics`, answer });
    await new Promise((ok) => peer.close(ok));
  },
});

const today = day(0);
const holidays = (title: string) => `BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//x//x//EN\r\nBEGIN:VEVENT\r\nUID:h1\r\nDTSTAMP:20260101T000000Z\r\nSUMMARY:${title}\r\nDTSTART;VALUE=DATE:${today.replaceAll('-', '')}\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n`;

test.use({ allow: [/422/] });

test('a calendar is filled from an address, looked at, and kept when the address fails', async ({ page, account, fed, isMobile }) => {
  fed.answer.body = holidays('Bank holiday');
  await page.goto(`/calendar?view=day&date=${today}`);
  if (isMobile) await page.getByRole('button', { name: 'Calendars' }).click(); // the list stays open behind the form
  await page.getByRole('button', { name: 'New calendar' }).click();
  const sheet = page.getByRole('dialog', { name: 'New calendar' });
  await sheet.getByLabel('Name', { exact: true }).fill('Holidays');
  await sheet.getByLabel('Fill it from an address').fill('holidays');
  await sheet.getByRole('button', { name: 'Save' }).click();
  await expect(sheet.getByText('must be an address that starts with http:// or https://')).toBeVisible();
  await sheet.getByLabel('Fill it from an address').fill(fed.url);
  expect(await axeFinds(page)).toEqual([]);
  await sheet.getByRole('button', { name: 'Save' }).click();
  await expect(sheet).toHaveCount(0);
  await expect.poll(async () => (await account.get<{ title: string }[]>('/api/events')).map((e) => e.title)).toEqual(['Bank holiday']);

  await page.getByRole('button', { name: 'Edit calendar Holidays' }).click();
  const edit = page.getByRole('dialog').last();
  await expect(edit.getByText(/Fetched .*: 1 event\./)).toBeVisible();
  fed.answer.status = 502;
  await edit.getByRole('button', { name: 'Fetch now' }).click();
  await expect(edit.getByText(/The last fetch failed: .*502/)).toBeVisible();
  await expect(edit.getByText(/What is here was fetched/)).toBeVisible();
  expect(await axeFinds(page)).toEqual([]);
  fed.answer.status = 200;
  fed.answer.body = holidays('Moved holiday');
  await edit.getByRole('button', { name: 'Fetch now' }).click();
  await expect(edit.getByText(/Fetched .*: 1 event\./)).toBeVisible();

  const [e] = await account.get<{ id: number; title: string }[]>('/api/events');
  expect(e!.title).toBe('Moved holiday');
  await page.goto(`/calendar?view=day&date=${today}&open=${e!.id}`);
  const event = page.getByRole('dialog');
  await expect(event.getByText('comes from the calendar’s address')).toBeVisible();
  await expect(event.getByRole('button', { name: 'Save' })).toHaveCount(0);
  await expect(event.getByRole('button', { name: 'Delete' })).toHaveCount(0);
});
