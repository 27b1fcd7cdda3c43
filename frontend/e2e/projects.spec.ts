import type { Locator, Page } from '@playwright/test';
import { day } from './days';
import { axeFinds, expect, test, toast, undo, type Account } from './fixture';

type Task = { id: number; title: string; status: string; due_date: string | null; priority: string; parent_task_id: number | null };
type Project = { id: number; name: string; progress: number };

const make = (account: Account, name = 'Garden', more: object = {}) => account.post<Project>('/api/projects', { name, ...more });
const tasks = (account: Account, id: number) => account.get<Task[]>(`/api/projects/${id}/tasks?limit=500`);
async function fill(account: Account, id: number, ...list: (string | object)[]): Promise<Task[]> {
  const made: Task[] = [];
  for (const one of list) made.push(await account.post<Task>(`/api/projects/${id}/tasks`, typeof one === 'string' ? { title: one } : one));
  return made;
}
const titles = async (account: Account, id: number, status?: string) => (await tasks(account, id)).filter((x) => !status || x.status === status).map((x) => x.title);
const column = (page: Page, name: string) => page.getByRole('region', { name: new RegExp(`^${name}`) });

/** Carries one thing onto another with a mouse, to a part of its height (0 is its top). */
async function carry(page: Page, from: Locator, to: Locator, part = 0.5): Promise<void> {
  await from.scrollIntoViewIfNeeded();
  const [a, b] = [(await from.boundingBox())!, (await to.boundingBox())!];
  await page.mouse.move(a.x + a.width / 3, a.y + a.height / 2);
  await page.mouse.down();
  await page.mouse.move(a.x + a.width / 3 + 8, a.y + a.height / 2 + 8);
  await page.mouse.move(b.x + b.width / 3, b.y + b.height * part, { steps: 8 });
  await page.mouse.up();
}

test.describe('projects', () => {
  test('one is made, changed, deleted and brought back with its tasks', async ({ page, account }) => {
    await page.goto('/projects');
    await page.getByRole('button', { name: 'New project' }).click();
    await page.getByLabel('Name').fill('Attic');
    await page.getByLabel('Description').fill('Where the **boxes** are.');
    await page.getByRole('dialog').getByLabel('Status').selectOption('in_progress');
    await page.getByLabel('Due date').fill('2027-05-01');
    await page.getByRole('button', { name: 'Save' }).click();
    await expect(page).toHaveURL(/\/projects\/\d+$/);
    await expect(page.getByRole('heading', { name: 'Attic', level: 1 })).toBeVisible();
    await expect(page.locator('strong', { hasText: 'boxes' })).toBeVisible();

    await page.getByLabel('Add a task').fill('Sort the boxes');
    await page.keyboard.press('Enter');
    await expect(page.getByRole('button', { name: 'Sort the boxes', exact: true })).toBeVisible();
    const id = Number(page.url().split('/').pop());

    await page.getByRole('button', { name: 'Actions: Attic' }).click();
    await page.getByRole('menuitem', { name: 'Edit project' }).click();
    await page.getByLabel('Name').fill('The attic');
    await page.getByRole('button', { name: 'Save' }).click();
    await expect(page.getByRole('heading', { name: 'The attic', level: 1 })).toBeVisible();

    await page.getByRole('button', { name: 'Actions: The attic' }).click();
    await page.getByRole('menuitem', { name: 'Delete' }).click();
    await expect(page).toHaveURL('/projects');
    await expect(page.getByRole('link', { name: 'The attic' })).toHaveCount(0);
    await undo(page, 'Deleted the project “The attic”');
    await expect(page.getByRole('link', { name: 'The attic' })).toBeVisible();
    expect(await titles(account, id)).toEqual(['Sort the boxes']);
  });

  test('what was typed into a closed sheet is there when it is opened again', async ({ page }) => {
    await page.goto('/projects?new=1');
    await page.getByLabel('Name').fill('Half a thought');
    await page.keyboard.press('Escape');
    await expect(page.getByRole('dialog')).toHaveCount(0);
    await page.getByRole('button', { name: 'New project' }).click();
    await expect(page.getByLabel('Name')).toHaveValue('Half a thought');
  });

  test('filters live in the address', async ({ page, account }) => {
    await make(account, 'Roof', { status: 'on_hold' });
    await make(account, 'Cellar', { starred: true });
    await page.goto('/projects');
    await page.getByLabel('Status').selectOption('on_hold');
    await expect(page.getByRole('link', { name: 'Cellar' })).toHaveCount(0);
    await expect(page).toHaveURL(/status=on_hold/);
    await page.reload();
    await expect(page.getByRole('link', { name: 'Roof' })).toBeVisible();
    await expect(page.getByRole('link', { name: 'Cellar' })).toHaveCount(0);
    await page.getByLabel('Find a project').fill('nothing like it');
    await page.getByRole('button', { name: 'Show all' }).click();
    await expect(page.getByRole('link', { name: 'Cellar' })).toBeVisible();
    await page.getByRole('checkbox', { name: 'Starred' }).check();
    await expect(page.getByRole('link', { name: 'Roof' })).toHaveCount(0);
  });

  test('they are put in order with a mouse and with keys', async ({ page, account, isMobile }) => {
    for (const name of ['One', 'Two', 'Three']) await make(account, name);
    await page.goto('/projects');
    const shown = () => page.getByRole('heading', { level: 2 }).allTextContents();
    await expect.poll(shown).toEqual(['One', 'Two', 'Three']);
    const item = (name: string) => page.getByRole('listitem').filter({ has: page.getByRole('link', { name, exact: true }) });
    if (!isMobile) {
      await carry(page, item('Three'), item('One'), 0.2);
      await expect.poll(shown).toEqual(['Three', 'One', 'Two']);
      await expect(page).toHaveURL('/projects'); // a drag is no click
      await undo(page, 'Moved “Three”.');
      await expect.poll(shown).toEqual(['One', 'Two', 'Three']);
    }
    await page.getByRole('link', { name: 'One', exact: true }).focus();
    await page.keyboard.press('Alt+ArrowRight');
    await expect.poll(shown).toEqual(['Two', 'One', 'Three']);
    await page.getByRole('button', { name: 'Actions: Three' }).click();
    await page.getByRole('menuitem', { name: 'Move forward' }).click();
    await expect.poll(shown).toEqual(['Two', 'Three', 'One']);
    await expect.poll(async () => (await account.get<Project[]>('/api/projects')).map((p) => p.name)).toEqual(['Two', 'Three', 'One']);
  });
});

test.describe('the list of tasks', () => {
  test('is worked through with keys alone', async ({ page, account, isMobile }) => {
    test.skip(isMobile, 'a phone has no keys');
    const { id } = await make(account);
    await fill(account, id, 'Dig', 'Sow', 'Water');
    await page.goto(`/projects/${id}`);
    await expect(page.getByRole('button', { name: 'Dig', exact: true })).toBeVisible();

    await page.keyboard.press('j');
    await page.keyboard.press('j');
    await page.keyboard.press(' '); // Sow is done
    await expect(page.getByRole('checkbox', { name: 'Done: Sow' })).toBeChecked();
    await expect(page.getByText('1 of 3 done')).toBeVisible();
    await page.keyboard.press('z');
    await expect(page.getByRole('checkbox', { name: 'Done: Sow' })).not.toBeChecked();

    await page.getByRole('button', { name: 'Dig', exact: true }).focus();
    await page.keyboard.press('e');
    await page.keyboard.type('Dig deep');
    await page.keyboard.press('Enter');
    await expect(page.getByRole('button', { name: 'Dig deep', exact: true })).toBeVisible();
    await page.keyboard.press('Alt+ArrowDown');
    await expect.poll(() => titles(account, id)).toEqual(['Sow', 'Dig deep', 'Water']);
    await page.keyboard.press('3');
    await expect.poll(() => titles(account, id, 'blocked')).toEqual(['Dig deep']);
    await page.getByRole('button', { name: 'Water', exact: true }).focus();
    await page.keyboard.press('Delete');
    await expect(page.getByRole('button', { name: 'Water', exact: true })).toHaveCount(0);
    await page.keyboard.press('Mod+z'.replace('Mod', 'Control'));
    await expect(page.getByRole('button', { name: 'Water', exact: true })).toBeVisible();
    await page.keyboard.press('c');
    await page.keyboard.type('Harvest');
    await page.keyboard.press('Enter');
    await expect.poll(() => titles(account, id)).toContain('Harvest');
  });

  test('a task is edited with all its fields, and has parts', async ({ page, account }) => {
    const { id } = await make(account);
    const [dig] = await fill(account, id, 'Dig');
    await account.post('/api/people', { given_name: 'Ada', family_name: 'Lovelace' });
    await page.goto(`/projects/${id}`);
    await page.getByRole('button', { name: 'Dig', exact: true }).click();
    await expect(page).toHaveURL(new RegExp(`open=${dig!.id}`));
    const sheet = page.getByRole('dialog');
    await sheet.getByLabel('Title').fill('Dig the pond');
    await sheet.getByLabel('Description').fill('One metre *deep*.');
    await sheet.getByLabel('Status').selectOption('blocked');
    await sheet.getByLabel('Priority').selectOption('high');
    await sheet.getByLabel('Due date').fill('2027-05-31');
    await sheet.getByRole('combobox', { name: 'Who does it' }).fill('ada');
    await page.getByRole('option', { name: /Ada Lovelace/ }).click();
    await sheet.getByLabel('Add a part').fill('Rent a digger');
    await page.keyboard.press('Enter');
    await expect(sheet.getByRole('button', { name: 'Rent a digger' })).toBeVisible();
    await sheet.getByRole('button', { name: 'Save' }).click();
    await expect(sheet).toHaveCount(0);
    await expect(page.getByText('0/1')).toBeVisible();
    const [saved, part] = await tasks(account, id);
    expect(saved).toMatchObject({ title: 'Dig the pond', status: 'blocked', priority: 'high', due_date: '2027-05-31', description: 'One metre *deep*.' });
    expect(part!.parent_task_id).toBe(dig!.id);
    await page.goto(`/projects/${id}?open=${dig!.id}`);
    await expect(page.locator('em', { hasText: 'deep' })).toBeVisible();
  });

  test.describe('where something is refused', () => {
    test.use({ allow: [/404|412/] });

    test('a task that is gone says so', async ({ page, account }) => {
      const { id } = await make(account);
      await page.goto(`/projects/${id}?open=99999`);
      await expect(page.getByText('This task is not there any more')).toBeVisible();
      await page.goto('/projects/99999');
      await expect(page.getByText('This project is not there')).toBeVisible();
    });

    test('a change elsewhere is laid beside what one typed', async ({ page, account }) => {
      const { id } = await make(account);
      const [dig] = await fill(account, id, 'Dig');
      await page.goto(`/projects/${id}?open=${dig!.id}`);
      await page.getByRole('dialog').getByLabel('Title').fill('Dig here');
      await account.patch(`/api/projects/${id}/tasks/${dig!.id}`, { title: 'Dig there' });
      await page.getByRole('button', { name: 'Save' }).click();
      await expect(page.getByRole('row', { name: /Dig here.*Dig there/ })).toBeVisible();
      await page.getByRole('button', { name: 'Keep mine' }).click();
      await expect.poll(() => titles(account, id)).toEqual(['Dig here']);
    });
  });

  test('the to-dos of the project are ticked and added beside its tasks', async ({ page, account }) => {
    const { id } = await make(account);
    await fill(account, id, 'Dig');
    await account.post('/api/todos', { title: 'Buy seeds', project_id: id });
    await account.post('/api/todos', { title: 'Something else' });
    await page.goto(`/projects/${id}`);
    const section = page.getByRole('region', { name: /To-dos of this project/ });
    await expect(section.getByRole('link')).toHaveText(['Buy seeds']);
    await section.getByRole('checkbox', { name: 'Done: Buy seeds' }).check();
    await expect(toast(page, 'Done: “Buy seeds”.')).toBeVisible();
    await section.getByLabel('Add a to-do to this project').fill('Buy a spade');
    await page.keyboard.press('Enter');
    await expect(section.getByRole('link', { name: 'Buy a spade' })).toBeVisible();
    const todos = await account.get<{ title: string; completed: boolean }[]>(`/api/todos?project_id=${id}`);
    expect(Object.fromEntries(todos.map((x) => [x.title, x.completed]))).toEqual({ 'Buy seeds': true, 'Buy a spade': false });
  });
});

test('in the list a task is carried to another group, and among the parts of another', async ({ page, account, isMobile }) => {
  test.skip(isMobile, 'a phone has no mouse');
  const { id } = await make(account);
  const [dig] = await fill(account, id, 'Dig', 'Sow', { title: 'Wait', status: 'blocked' });
  await fill(account, id, { title: 'Rent a digger', parent_task_id: dig!.id });
  await page.goto(`/projects/${id}`);
  const task = (title: string) => page.locator('[data-drag-item]').filter({ has: page.getByRole('button', { name: title, exact: true }) });
  await carry(page, task('Sow'), task('Wait'), 0.9);
  await expect.poll(() => titles(account, id, 'blocked')).toEqual(['Wait', 'Sow']);
  await carry(page, task('Sow'), task('Rent a digger'), 0.2);
  await expect.poll(async () => (await tasks(account, id)).find((x) => x.title === 'Sow')).toMatchObject({ parent_task_id: dig!.id, status: 'blocked' });
  await undo(page, /Changed “Sow”|Moved “Sow”/);
  await expect.poll(async () => (await tasks(account, id)).find((x) => x.title === 'Sow')!.parent_task_id).toBeNull();
  expect(await titles(account, id, 'blocked')).toEqual(['Wait', 'Sow']);
  await expect(page.locator('[data-drag-item]').last()).toContainText('Sow'); // the page shows it too, and nothing moves under the mouse
  await carry(page, task('Wait'), task('Dig'), 0.1); // to the head of the first group
  await expect.poll(() => titles(account, id, 'todo')).toEqual(['Wait', 'Dig', 'Rent a digger']);
});

test.describe('the board', () => {
  test('tasks are carried with a mouse, within a column and into another; one Undo takes each back', async ({ page, account, isMobile }) => {
    test.skip(isMobile, 'a phone has no mouse');
    const { id } = await make(account);
    await fill(account, id, 'a', 'b', 'c', { title: 'x', status: 'in_progress' }, { title: 'y', status: 'in_progress' });
    await page.goto(`/projects/${id}?view=board`);
    const card = (title: string) => page.locator('[data-drag-item]').filter({ has: page.getByRole('button', { name: title, exact: true }) });
    await expect(column(page, 'To do').getByRole('listitem')).toHaveCount(3);

    await carry(page, card('c'), card('a'), 0.2);
    await expect.poll(() => titles(account, id, 'todo')).toEqual(['c', 'a', 'b']);
    await carry(page, card('a'), card('y'), 0.2);
    await expect.poll(() => titles(account, id, 'in_progress')).toEqual(['x', 'a', 'y']);
    await expect(column(page, 'In progress').getByLabel('3 tasks')).toBeVisible();
    await undo(page, '“a”: In progress.');
    await expect.poll(() => titles(account, id, 'todo')).toEqual(['c', 'a', 'b']);
    await expect.poll(() => titles(account, id, 'in_progress')).toEqual(['x', 'y']);
    await expect(column(page, 'To do').getByRole('listitem')).toHaveCount(3); // the page shows it too, and nothing moves under the mouse

    await carry(page, card('b'), column(page, 'Blocked'), 0.7); // an empty column takes it too
    await expect.poll(() => titles(account, id, 'blocked')).toEqual(['b']);
    await expect(page).toHaveURL(/view=board$/); // no card was opened by being put down

    const box = (await card('x').boundingBox())!;
    await page.mouse.move(box.x + 30, box.y + 20);
    await page.mouse.down();
    await page.mouse.move(box.x + 300, box.y + 60, { steps: 4 });
    await page.keyboard.press('Escape'); // puts it back
    await page.mouse.up();
    expect(await titles(account, id, 'in_progress')).toEqual(['x', 'y']);
  });

  test('tasks that share a position are put in order all the same', async ({ page, account, isMobile }) => {
    test.skip(isMobile, 'a phone has no mouse');
    const { id } = await make(account);
    await fill(account, id, ...['a', 'b', 'c', 'd'].map((title) => ({ title, position: 5 })));
    await page.goto(`/projects/${id}?view=board`);
    const card = (title: string) => page.locator('[data-drag-item]').filter({ has: page.getByRole('button', { name: title, exact: true }) });
    await carry(page, card('d'), card('b'), 0.2);
    await expect.poll(() => titles(account, id)).toEqual(['a', 'd', 'b', 'c']);
    await expect(column(page, 'To do').getByRole('listitem')).toHaveText([/a/, /d/, /b/, /c/]);
    await page.reload();
    await expect(column(page, 'To do').getByRole('listitem')).toHaveText([/a/, /d/, /b/, /c/]);
  });

  test('keys do the same', async ({ page, account, isMobile }) => {
    test.skip(isMobile, 'a phone has no keys');
    const { id } = await make(account);
    await fill(account, id, 'a', 'b', { title: 'x', status: 'in_progress' });
    await page.goto(`/projects/${id}?view=board`);
    await expect(column(page, 'To do').getByRole('listitem')).toHaveCount(2);
    await page.keyboard.press('j'); // a
    await page.keyboard.press('Alt+ArrowRight');
    await expect.poll(() => titles(account, id, 'in_progress')).toEqual(['a', 'x']);
    await page.keyboard.press('Alt+ArrowDown');
    await expect.poll(() => titles(account, id, 'in_progress')).toEqual(['x', 'a']);
    await expect(page.locator('[data-cursor]:focus')).toContainText('a'); // the focus goes with it
    await page.keyboard.press('ArrowLeft'); // to b, in the column beside
    await page.keyboard.press('4');
    await expect.poll(() => titles(account, id, 'done')).toEqual(['b']);
    await page.keyboard.press('Enter');
    await expect(page.getByRole('dialog').getByLabel('Title')).toHaveValue('b');
  });

  test('a finger that is held carries; one that moves at once scrolls', async ({ page, account, isMobile }) => {
    test.skip(!isMobile, 'a desk has no finger');
    const { id } = await make(account);
    await fill(account, id, 'a', 'b', 'c');
    await page.goto(`/projects/${id}?view=board`);
    const card = (title: string) => page.locator('[data-drag-item]').filter({ has: page.getByRole('button', { name: title, exact: true }) });
    await expect(card('c')).toBeVisible();
    const finger = await page.context().newCDPSession(page);
    const touch = (type: string, ...points: { x: number; y: number }[]) => finger.send('Input.dispatchTouchEvent', { type: type as 'touchStart', touchPoints: points });
    const [c, a] = [(await card('c').boundingBox())!, (await card('a').boundingBox())!];
    await touch('touchStart', { x: c.x + 60, y: c.y + 20 });
    await expect(card('c').first()).toHaveAttribute('data-dragging', '');
    for (let y = c.y + 20; y > a.y + 8; y -= 12) await touch('touchMove', { x: c.x + 60, y });
    await touch('touchMove', { x: a.x + 60, y: a.y + 6 });
    await touch('touchEnd');
    await expect.poll(() => titles(account, id)).toEqual(['c', 'a', 'b']);
    await expect(page.getByRole('dialog')).toHaveCount(0);

    // A swipe brings the next column and moves nothing.
    const b = (await card('b').boundingBox())!;
    await touch('touchStart', { x: b.x + 240, y: b.y + 20 });
    for (let x = b.x + 240; x > b.x; x -= 30) await touch('touchMove', { x, y: b.y + 20 });
    await touch('touchEnd');
    expect(await titles(account, id)).toEqual(['c', 'a', 'b']);
  });

  test('a task is added at the foot of its column', async ({ page, account }) => {
    const { id } = await make(account);
    await page.goto(`/projects/${id}?view=board`);
    await page.getByLabel('Add a task to “Blocked”').fill('Wait for spring');
    await page.keyboard.press('Enter');
    await expect(column(page, 'Blocked').getByRole('button', { name: 'Wait for spring', exact: true })).toBeVisible();
    await expect.poll(() => titles(account, id, 'blocked')).toEqual(['Wait for spring']);
  });

  test('a long column is drawn near the screen alone', async ({ page, account }) => {
    const { id } = await make(account);
    for (let from = 0; from < 400; from += 50) {
      await Promise.all(Array.from({ length: 50 }, (_, i) => account.post(`/api/projects/${id}/tasks`, { title: `Task ${from + i}`, position: from + i })));
    }
    await page.goto(`/projects/${id}?view=board`);
    await expect(column(page, 'To do').getByLabel('400 tasks')).toBeVisible();
    await expect(page.getByRole('button', { name: 'Task 0', exact: true })).toBeVisible();
    expect(await page.locator('[data-drag-item]').count()).toBeLessThan(80);
  });
});

test.describe('the timeline', () => {
  test('the end of a bar is dragged to another day, or moved with keys', async ({ page, account, isMobile }) => {
    test.skip(isMobile, 'a phone has no mouse');
    const { id } = await make(account);
    const [dig] = await fill(account, id, { title: 'Dig', due_date: day(3) }, 'Some day');
    const due = async () => (await tasks(account, id)).find((x) => x.id === dig!.id)!.due_date;
    await page.goto(`/projects/${id}?view=timeline`);
    const end = page.getByRole('slider', { name: 'Due date of “Dig”' });
    await expect(end).toBeVisible();
    const before = (await end.getAttribute('aria-valuenow'))!;
    const box = (await end.boundingBox())!;
    const wide = await page.evaluate(() => parseFloat(getComputedStyle(document.documentElement).fontSize) * 1.75);
    await page.mouse.move(box.x + box.width / 2, box.y + box.height / 2);
    await page.mouse.down();
    await page.mouse.move(box.x + box.width / 2 + 2 * wide, box.y + box.height / 2, { steps: 6 });
    await page.mouse.up();
    await expect.poll(due).toBe(day(5));
    await undo(page, /“Dig”/);
    await expect.poll(due).toBe(day(3));
    await expect(end).toHaveAttribute('aria-valuenow', before); // keys count from what is shown

    await end.focus();
    await page.keyboard.press('ArrowRight');
    await page.keyboard.press('PageDown');
    await expect.poll(due).toBe(day(-3)); // counted together
    await page.keyboard.press('Escape');
    await page.locator(`[data-cursor="${dig!.id}"]`).focus();
    await page.keyboard.press('Alt+Shift+ArrowRight');
    await expect.poll(due).toBe(day(4));

    await page.getByText('Months', { exact: true }).click();
    await expect(page).toHaveURL(/zoom=months/);
    await page.getByRole('button', { name: 'Set the due date: Some day' }).click();
    await page.getByLabel('Due date of “Some day”').fill(day(2));
    await page.keyboard.press('Enter');
    await expect(page.getByRole('slider', { name: 'Due date of “Some day”' })).toBeVisible();
  });
});

test.describe('one truth', () => {
  test.use({ allow: [/404/] }); // what is read just as it is deleted

  test('list, board and timeline show the same, and progress follows', async ({ page, account }) => {
    const { id } = await make(account);
    await fill(account, id, { title: 'Dig', due_date: day(2) }, 'Sow');
    await page.goto(`/projects/${id}`);
    await page.getByRole('checkbox', { name: 'Done: Dig' }).check();
    await expect(page.getByRole('progressbar')).toHaveAttribute('aria-valuenow', '50');
    await page.getByText('Board', { exact: true }).click();
    await expect(column(page, 'Done').getByRole('button', { name: 'Dig', exact: true })).toBeVisible();
    await page.getByRole('button', { name: 'Actions: Sow' }).click();
    await page.getByRole('menuitemcheckbox', { name: 'Done', exact: true }).click();
    await expect(page.getByRole('progressbar')).toHaveAttribute('aria-valuenow', '100');
    await page.getByText('Timeline', { exact: true }).click();
    await expect(page.getByRole('slider', { name: 'Due date of “Dig”' })).toBeVisible();
    await page.goto('/projects');
    await expect(page.getByText('2 of 2 done')).toBeVisible();
  });

  test('another window sees it at once', async ({ page, account, open }) => {
    const { id } = await make(account);
    await fill(account, id, 'Dig', 'Sow');
    const other = await open();
    await other.goto('/projects');
    await expect(other.getByText('0 of 2 done')).toBeVisible();
    await page.goto(`/projects/${id}?view=board`);
    await page.getByRole('button', { name: 'Actions: Dig' }).click();
    await page.getByRole('menuitemcheckbox', { name: 'Done', exact: true }).click();
    await expect(other.getByText('1 of 2 done')).toBeVisible();
    await other.goto(`/projects/${id}?view=board`);
    await expect(column(other, 'Done').getByRole('button', { name: 'Dig', exact: true })).toBeVisible();
    await undo(page, 'Done: “Dig”.');
    await expect(column(other, 'To do').getByRole('button', { name: 'Dig', exact: true })).toBeVisible();
    await account.delete(`/api/projects/${id}`);
    await expect(other.getByText('This project is not there')).toBeVisible();
  });
});

for (const colorScheme of ['light', 'dark'] as const) {
  test(`axe finds nothing, ${colorScheme}`, async ({ page, account }) => {
    await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
    const { id } = await make(account, 'Garden', { color: '#2f6fd0', due_date: day(-2), description: 'Beds and **paths**.' });
    const [dig] = await fill(account, id, { title: 'Dig', due_date: day(-1), priority: 'high' }, { title: 'Sow', status: 'done', due_date: day(4) }, { title: 'Wait', status: 'blocked' }, 'Water');
    await fill(account, id, { title: 'Rent a digger', parent_task_id: dig!.id, status: 'in_progress' });
    const there = page.getByRole('button', { name: 'Water', exact: true });
    for (const [path, shown] of [
      ['/projects', page.getByRole('link', { name: 'Garden' })],
      [`/projects/${id}`, there],
      [`/projects/${id}?view=board`, there],
      [`/projects/${id}?view=timeline`, page.getByRole('slider').first()],
      [`/projects/${id}?open=${dig!.id}`, page.getByRole('dialog').getByLabel('Title')],
      ['/projects?new=1', page.getByRole('dialog').getByLabel('Name')],
    ] as const) {
      await page.goto(path);
      await expect(shown).toBeVisible();
      expect(await axeFinds(page), path).toEqual([]);
    }
  });
}
