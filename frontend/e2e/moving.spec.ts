import { readFileSync } from 'node:fs';
import type { Locator, Page } from '@playwright/test';
import { axeFinds, expect, stands, test } from './fixture';

const region = (page: Page, name: string): Locator => page.getByRole('region', { name, exact: true });

const calendar = `BEGIN:VCALENDAR
VERSION:2.0
X-WR-CALNAME:Choir
BEGIN:VEVENT
UID:concert@example.org
SUMMARY:Concert
DTSTART;VALUE=DATE:20300501
END:VEVENT
BEGIN:VEVENT
UID:never@example.org
SUMMARY:Never
END:VEVENT
END:VCALENDAR
`;

const todoist = `TYPE,CONTENT,DESCRIPTION,PRIORITY,INDENT
task,Buy seeds @shop,,1,1
task,Compare prices,,4,2
`;

test('a calendar is shown, brought in, and taken back', async ({ page, account }) => {
  await page.goto('/settings/moving');
  const into = region(page, 'Bring in a file');
  await into.getByLabel('File to bring in').last().setInputFiles({ name: 'choir.ics', mimeType: 'text/calendar', buffer: Buffer.from(calendar) });
  await expect(into.getByText('a calendar (.ics)')).toBeVisible();
  await expect(into.getByRole('row', { name: /^Events 1 0 0$/ })).toBeVisible();
  await expect(into.getByText('An event has no DTSTART.')).toBeVisible();
  await stands(page);
  expect(await axeFinds(page)).toEqual([]);
  expect(await account.get('/api/events?limit=10')).toEqual([]);

  await into.getByRole('button', { name: 'Bring in 2' }).click();
  await expect(into.getByRole('status')).toHaveText('Done: 2 brought in.');
  expect((await account.get('/api/events?limit=10')).map((e: { title: string }) => e.title)).toEqual(['Concert']);

  await into.getByRole('button', { name: 'Undo' }).click();
  await expect(into.getByRole('status')).toHaveText('It was undone: all of it is gone again.');
  expect(await account.get('/api/events?limit=10')).toEqual([]);
});

test('a project of Todoist comes with its to-dos, once', async ({ page, account }) => {
  await page.goto('/settings/moving');
  const into = region(page, 'Bring in a file');
  const file = { name: 'Garden.csv', mimeType: 'text/csv', buffer: Buffer.from(todoist) };
  await into.getByLabel('File to bring in').last().setInputFiles(file);
  await expect(into.getByText('a project of Todoist')).toBeVisible();
  await into.getByRole('button', { name: 'Bring in 3' }).click();
  await expect(into.getByRole('status')).toHaveText('Done: 3 brought in.');
  const [project] = await account.get('/api/projects');
  expect(project.name).toBe('Garden');
  expect(await account.get(`/api/todos?project_id=${project.id}`)).toHaveLength(2);
  await into.getByRole('button', { name: 'Another file' }).click();
  await into.getByLabel('File to bring in').last().setInputFiles(file);
  await expect(into.getByRole('row', { name: /^To-dos 0 2 0$/ })).toBeVisible();
  await expect(into.getByRole('button', { name: 'Bring in 0' })).toBeDisabled();
});

test('what columns mean can be said', async ({ page, account }) => {
  await page.goto('/settings/moving');
  const into = region(page, 'Bring in a file');
  await into.getByLabel('File to bring in').last().setInputFiles({ name: 'list.csv', mimeType: 'text/csv', buffer: Buffer.from('What,When\nDance,2030-02-01\n') });
  await expect(into.getByText('No column holds a title or a name. Say which one does.')).toBeVisible();
  await into.getByRole('combobox', { name: /^What/ }).selectOption({ label: 'Title' });
  await expect(into.getByRole('button', { name: 'Bring in 1' })).toBeEnabled();
  await into.getByRole('combobox', { name: /^When/ }).selectOption({ label: 'Due date' });
  await into.getByRole('button', { name: 'Bring in 1' }).click();
  await expect(into.getByRole('status')).toHaveText('Done: 1 brought in.');
  const [todo] = await account.get('/api/todos');
  expect([todo.title, todo.due_date]).toEqual(['Dance', '2030-02-01']);
});

test.describe('a file that is none', () => {
  test.use({ allow: [/422/] });

  test('is refused in words', async ({ page }) => {
    await page.goto('/settings/moving');
    const into = region(page, 'Bring in a file');
    await into.getByLabel('File to bring in').last().setInputFiles({ name: 'picture.png', mimeType: 'image/png', buffer: Buffer.from('\x89PNG') });
    await expect(into.getByRole('alert')).toContainText('The file is of no kind that can be imported.');
  });
});

test('everything is exported as a zip', async ({ page, account }) => {
  await account.post('/api/todos', { title: 'Pack' });
  await account.patch('/api/settings', { language: 'de' });
  await page.goto('/settings/moving');
  const waiting = page.waitForEvent('download');
  await region(page, 'Alles mitnehmen').getByRole('link', { name: 'Alles exportieren' }).click();
  const download = await waiting;
  expect(download.suggestedFilename()).toMatch(/^umbra-\d{4}-\d\d-\d\d\.zip$/);
  const bytes = readFileSync(await download.path());
  expect(bytes.subarray(0, 2).toString()).toBe('PK');
  expect(bytes.includes('umbra.json')).toBe(true);
});
