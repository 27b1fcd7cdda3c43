import { tick } from 'svelte';
import { SvelteSet } from 'svelte/reactivity';
import { asProblem } from '$lib/api/problem';
import { t } from '$lib/i18n/index.svelte';
import { act, complain, offerUndo } from '$lib/state/act';
import { List } from '$lib/state/list.svelte';
import { settings } from '$lib/state/settings.svelte';
import { toasts } from '$lib/state/toasts.svelte';
import { now } from '$lib/time/now.svelte';
import { zoned } from '$lib/time/format';
import { Cursor } from '$lib/ui/cursor.svelte';
import { accepts, between, byChange, byDue, rowsOf, stepOf, type GroupName, type Moment, type Row } from './groups';
import { Parts } from './parts.svelte';
import { toServer, type Asked } from './query';
import { changeMany, changeTodo, deleteTodo, findTodo, pagesOf, placeTodo, type Todo, type TodoUpdate } from './todos';

/** A small menu over the page: what it changes, of which to-dos, and the button that it stands beside. */
export type OpenMenu = { what: 'due' | 'priority' | 'tags' | 'project' | 'row'; anchor: HTMLElement; ids: number[] };

/** The page of to-dos: what is read, shown, selected and under way. */
export class Room {
  #asked: () => Asked;
  parts = new Parts();
  closed = new SvelteSet<GroupName>();
  folded = new SvelteSet<number>();
  selected = new SvelteSet<number>();
  /** Boxes to select with are shown, on screens without a pointer too. */
  selecting = $state(false);
  /** The title that is being edited in its row: kept here, since rows come and go as one scrolls. */
  editing = $state<{ id: number; text: string }>();
  menu = $state.raw<OpenMenu>();
  /** A to-do that was acted on from its sheet and need not be in any list: a done one, or one that a link led to. */
  aside: Todo | undefined;
  /** Brings a row onto the screen. */
  show: (index: number) => unknown = () => {};
  #anchor: number | undefined;

  cursor = new Cursor(
    () => this.ids,
    (i) => this.show(this.rows.findIndex((r) => r.kind === 'todo' && r.todo.id === this.ids[i])),
  );

  #find = async (id: number): Promise<Todo> => {
    const { data } = await findTodo(id);
    this.parts.heard(data);
    return data;
  };

  open = new List<Todo>({ kind: 'todo', whole: true, page: pagesOf({ completed: 'false', sort: 'due_date' }), find: this.#find, accept: (x) => !x.completed, order: byDue });

  constructor(asked: () => Asked) {
    this.#asked = asked;
  }

  asked = $derived.by(() => this.#asked());
  #filter = $derived(JSON.stringify(this.asked.filter));

  /** Those that are done, once somebody wants to see them. */
  done = $derived.by(() => {
    if (!this.asked.done) return undefined;
    const filter = JSON.parse(this.#filter) as Asked['filter'];
    const fits = accepts(filter);
    return new List<Todo>({ kind: 'todo', page: pagesOf({ ...toServer(filter), completed: 'true', sort: '-updated_at' }), find: this.#find, accept: (x) => x.completed && fits(x), order: byChange });
  });

  #today = $derived(now.today.toString());
  #time = $derived(zoned(new Date(now.at).toISOString(), settings.zone).toString().slice(11, 16));
  at = $derived<Moment>({ today: this.#today, time: this.#time, week: now.today.add({ days: 7 }).toString() });

  rows = $derived.by((): Row[] => {
    const rows = rowsOf(this.open.items, { ...this.asked, at: this.at, closed: this.closed, folded: this.folded });
    const closed = this.done === undefined;
    rows.push({ kind: 'group', key: 'done', group: 'done', count: undefined, closed });
    for (const todo of this.done?.items ?? []) rows.push({ kind: 'todo', key: `t${todo.id}`, todo, group: 'done', depth: 0, parts: 0, folded: false });
    if (this.done?.more) rows.push({ kind: 'more', key: 'more' });
    return rows;
  });

  /** The to-dos of the page, from top to bottom. */
  ids = $derived(this.rows.flatMap((r) => (r.kind === 'todo' ? [r.todo.id] : [])));

  find(id: number): Todo | undefined {
    return this.open.find(id) ?? this.done?.find(id) ?? (this.aside?.id === id ? this.aside : undefined);
  }

  /** What a key or an act is about: those selected, else the row one is at. */
  get targets(): number[] {
    if (this.selected.size > 0) return this.ids.filter((id) => this.selected.has(id));
    return this.cursor.id !== undefined && this.ids.includes(this.cursor.id) ? [this.cursor.id] : [];
  }

  // Selecting

  select(id: number, range = false): void {
    if (range && this.#anchor !== undefined) for (const one of between(this.rows, this.#anchor, id)) this.selected.add(one);
    else if (!this.selected.delete(id)) this.selected.add(id);
    this.#anchor = id;
  }

  selectGroup(group: GroupName): void {
    const ids = this.rows.flatMap((r) => (r.kind === 'todo' && r.group === group ? [r.todo.id] : []));
    const all = ids.every((id) => this.selected.has(id));
    for (const id of ids) if (all) this.selected.delete(id);
    else this.selected.add(id);
  }

  selectAll(): void {
    for (const id of this.ids) this.selected.add(id);
  }

  unselect(): void {
    this.selected.clear();
    this.selecting = false;
  }

  // Menus and editing in place

  openMenu(what: OpenMenu['what'], ids: number[], anchor: HTMLElement | null | undefined): void {
    if (ids.length > 0 && anchor) this.menu = { what, ids, anchor };
  }

  /** Opens a menu beside the row one is at, from a key. */
  async menuByKey(what: OpenMenu['what']): Promise<void> {
    const ids = this.targets;
    const bar = document.querySelector<HTMLElement>(`.bulk [data-menu="${what}"]`);
    if (this.selected.size > 0 && bar) return this.openMenu(what, ids, bar);
    if (ids[0] === undefined) return;
    await this.cursor.go(ids[0]);
    this.openMenu(what, ids, document.querySelector<HTMLElement>(`[data-cursor="${ids[0]}"] [data-cursor-focus]`));
  }

  async closeMenu(): Promise<void> {
    const { ids } = this.menu ?? { ids: [] };
    this.menu = undefined;
    await tick();
    // The row may have gone to another group, and the button with it.
    const id = ids.length === 1 ? ids[0] : undefined;
    if (document.activeElement === document.body && id !== undefined && this.ids.includes(id)) await this.cursor.go(id);
  }

  edit(id: number): void {
    const todo = this.find(id);
    if (todo) this.editing = { id, text: todo.title };
  }

  /** Ends editing a title; stores it unless it is to be dropped. */
  async endEdit(store: boolean, goOn = true): Promise<void> {
    const { id, text } = this.editing ?? { id: 0, text: '' };
    this.editing = undefined;
    const todo = this.find(id);
    if (!todo) return;
    const title = text.trim();
    const stored = store && title !== '' && title !== todo.title ? this.change([id], { title }, t.todo.renamed(title)) : undefined;
    if (goOn) await this.cursor.go(id);
    await stored;
  }

  // Acts

  complete(ids: number[], completed = true): Promise<void> {
    const text = completed ? t.todo.completedToast(this.#say(ids), ids.length) : t.todo.reopenedToast(this.#say(ids), ids.length);
    return this.change(ids, { completed }, text);
  }

  /** Sets fields of to-dos; what is shown changes at once. */
  async change(ids: number[], set: TodoUpdate, text: string): Promise<void> {
    const before = this.#those(ids);
    const wanted = before.map((x) => ({ ...x, ...set, ...(set.completed !== undefined && { updated_at: new Date(now.at).toISOString() }) }) as Todo);
    const revert = () => this.#put(...before);
    await this.#stay(async () => {
      this.#put(...wanted);
      if (ids.length === 1) {
        const sent = await act(text, () => changeTodo(ids[0]!, set), revert);
        if (sent) {
          this.#put(sent.data);
          this.parts.heard(sent.data);
        }
        return;
      }
      await this.#many(text, [[ids, set]], revert);
    });
    this.#prune();
  }

  /** Adds tags to to-dos that may have others. */
  async addTags(ids: number[], added: string[]): Promise<void> {
    const before = this.#those(ids);
    const sets = new Map<string, number[]>();
    const wanted = before.map((x) => {
      const tags = [...x.tags, ...added.filter((a) => !x.tags.some((b) => b.toLowerCase() === a.toLowerCase()))];
      const key = JSON.stringify(tags);
      if (tags.length > x.tags.length) sets.set(key, [...(sets.get(key) ?? []), x.id]);
      return { ...x, tags };
    });
    this.#put(...wanted);
    const changes = [...sets].map(([key, of]): [number[], TodoUpdate] => [of, { tags: JSON.parse(key) as string[] }]);
    await this.#many(t.todo.changedToast(ids.length), changes, () => this.#put(...before));
  }

  async remove(ids: number[]): Promise<void> {
    const before = this.#those(ids);
    const text = t.todo.deletedToast(this.#say(ids), ids.length);
    const revert = () => this.#put(...before);
    await this.#stay(async () => {
      this.open.drop(...ids);
      this.done?.drop(...ids);
      if (ids.length === 1) await act(text, () => deleteTodo(ids[0]!), revert);
      else await this.#many(text, [[ids, undefined]], revert);
    });
    this.#prune();
  }

  /** Puts a to-do elsewhere in the user's own order. */
  async place(id: number, spot: { after: number } | { before: number }): Promise<void> {
    const todo = this.open.find(id);
    const beside = this.open.find('after' in spot ? spot.after : spot.before);
    if (!todo || !beside) return;
    this.#put({ ...todo, position: beside.position + ('after' in spot ? 0.5 : -0.5) });
    const sent = await act(t.todo.movedToast(todo.title), () => placeTodo(id, spot), () => this.#put(todo));
    if (sent) this.#put(sent.data);
  }

  /** Moves the row one is at up or down, by keys. */
  async step(step: 1 | -1, ownOrder: () => void): Promise<void> {
    const id = this.cursor.id;
    if (id === undefined) return;
    if (this.asked.sort !== 'position') {
      toasts.say(t.todo.moveNeedsOrder, { label: t.todo.sorts.position, run: ownOrder });
      return;
    }
    const spot = stepOf(this.rows, id, step);
    if (!spot) return;
    const placed = this.place(id, spot);
    await this.cursor.go(id);
    await placed;
  }

  async #many(text: string, changes: [number[], TodoUpdate | undefined][], revert: () => void): Promise<void> {
    const sets: string[] = [];
    try {
      for (const [ids, set] of changes) sets.push(...(await changeMany(ids, set ? { set } : { delete: true })));
    } catch (thrown) {
      if (sets.length === 0) revert();
      else void this.open.reload(); // some of it was done
      complain(asProblem(thrown));
    }
    offerUndo(text, ...sets);
  }

  /** Where the row with the focus goes away, the one that takes its place has it next. */
  async #stay(fn: () => Promise<unknown>): Promise<void> {
    const before = this.ids;
    const at = document.activeElement?.closest('[data-cursor]') ? before.indexOf(this.cursor.id ?? 0) : -1;
    const work = fn();
    await tick();
    const there = this.ids;
    const next = there[Math.min(at, there.length - 1)];
    if (at >= 0 && next !== undefined && !there.includes(before[at]!)) await this.cursor.go(next);
    await work;
  }

  #those(ids: number[]): Todo[] {
    return ids.map((id) => this.find(id)).filter((x) => x !== undefined);
  }

  #put(...todos: Todo[]): void {
    this.open.put(...todos);
    this.done?.put(...todos);
  }

  /** What is not shown any more is not selected either. */
  #prune(): void {
    const there = new Set(this.ids);
    for (const id of [...this.selected]) if (!there.has(id)) this.selected.delete(id);
  }

  #say(ids: number[]): string {
    return this.find(ids[0] ?? 0)?.title ?? '';
  }
}
