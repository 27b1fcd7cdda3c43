import { axeFinds, expect, test, undo } from './fixture';

test('makes a template, uses it on a day, changes and deletes it', async ({ page, account }) => {
  await page.goto('/templates');
  await expect(page.getByRole('heading', { name: 'No templates yet' })).toBeVisible();
  expect(await axeFinds(page)).toEqual([]);
  await page.getByRole('button', { name: 'New template' }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByLabel('Name of the template').fill('Choir');
  await dialog.getByLabel('Title of its events').fill('Choir rehearsal');
  await dialog.getByLabel('Start time').fill('19:30');
  await dialog.getByLabel('Lasts').fill('90');
  await dialog.getByLabel('Unit').selectOption({ label: 'minutes' });
  expect(await axeFinds(page)).toEqual([]);
  await page.keyboard.press('Control+Enter');
  await expect(page.getByRole('link', { name: /^Choir/ })).toContainText('19:30, 1 hr 30 min');

  await page.getByRole('button', { name: 'Use', exact: true }).click();
  await dialog.getByLabel('Date').fill('2027-03-17');
  await dialog.getByRole('button', { name: 'Add event' }).click();
  await expect(page).toHaveURL(/calendar\?date=2027-03-17/);
  await expect(page.getByText('Choir rehearsal').first()).toBeVisible();
  const [event] = await account.get('/api/events?q=choir');
  expect(event.start).toBe('2027-03-17T19:30:00+01:00');
  expect(event.end).toBe('2027-03-17T21:00:00+01:00');

  await page.goto('/templates');
  await page.getByRole('link', { name: /^Choir/ }).click();
  await dialog.getByLabel('All day').check();
  await dialog.getByRole('button', { name: 'Save' }).click();
  await expect(page.getByRole('link', { name: /^Choir/ })).toContainText('All day');
  await page.getByRole('link', { name: /^Choir/ }).focus();
  await page.keyboard.press('Delete');
  await expect(page.getByRole('heading', { name: 'No templates yet' })).toBeVisible();
  await undo(page, /Choir.*deleted|Deleted.*Choir/);
  await expect(page.getByRole('link', { name: /^Choir/ })).toBeVisible();
});

test('keeps an event as a template', async ({ page, account }) => {
  const e = await account.post('/api/events', { title: 'Night shift', start: '2027-03-17T22:00:00+01:00', end: '2027-03-18T06:00:00+01:00', reminders: ['-PT1H'] });
  await page.goto(`/calendar?open=${e.id}`);
  const dialog = page.getByRole('dialog');
  await dialog.getByRole('button', { name: 'Actions' }).click();
  await page.getByRole('menuitem', { name: 'Save as a template' }).click();
  await expect(page.getByText('saved as a template')).toBeVisible();
  const [x] = await account.get('/api/event-templates');
  expect(x).toMatchObject({ name: 'Night shift', start_time: '22:00', duration_minutes: 480, reminders: ['-PT1H'] });
});
