import { api, newKey, send, type Sent } from '$lib/api/client';
import { asProblem } from '$lib/api/problem';
import type { NewTask, Project, Task, TaskUpdate } from '$lib/api/types';
import { folded } from '$lib/features/shell/rank';
import { t } from '$lib/i18n/index.svelte';
import { act, complain, offerUndo } from '$lib/state/act';
import type { List } from '$lib/state/list.svelte';
import { placing, reordered, taskStatuses, tree, withParts, type Between, type Node, type TaskStatus } from './order';
import { followProgress, projectOf, taskList } from './projects';

export const readTask = (id: number, task_id: number) => send(api.GET('/api/projects/{id}/tasks/{task_id}', { params: { path: { id, task_id } } }));

export const saveTask = (id: number, task_id: number, body: TaskUpdate, etag = '') =>
  send(api.PATCH('/api/projects/{id}/tasks/{task_id}', { params: { path: { id, task_id }, ...(etag && { header: { 'If-Match': etag } }) }, body }));

/** A project with its tasks: the one truth that list, board and timeline show and change. */
export class Room {
  readonly id: number;
  readonly projects: List<Project>;
  readonly tasks: List<Task>;
  /** Narrows what is shown; "" shows all. */
  wanted = $state('');

  constructor(id: number) {
    this.id = id;
    this.projects = projectOf(id);
    this.tasks = taskList(id);
  }

  /** Reads and follows; returns how to stop. */
  open(): () => void {
    const stops = [this.projects.open(), this.tasks.open(), followProgress(this.projects)];
    return () => {
      for (const stop of stops) stop();
    };
  }

  project = $derived.by(() => this.projects.items[0]);
  /** Whose it is, where that is somebody else. */
  owner = $derived.by(() => this.project?.owner ?? undefined);
  /** It is there to be looked at alone. */
  fixed = $derived.by(() => this.project?.access === 'read');
  done = $derived.by(() => this.tasks.items.filter((x) => x.status === 'done').length);
  /** In percent: at once from the tasks that are here, else as the server counted. */
  progress = $derived.by(() => {
    const n = this.tasks.items.length;
    if (this.tasks.state !== 'ready') return this.project?.progress ?? 0;
    return n === 0 ? 0 : Math.floor((this.done * 100) / n);
  });
  shown = $derived.by(() => {
    const wanted = folded(this.wanted.trim());
    return wanted ? this.tasks.items.filter((x) => folded(`${x.title} ${x.description}`).includes(wanted)) : this.tasks.items;
  });
  nodes = $derived.by((): Node[] => tree(this.shown));
  /** How many parts a task has, and how many of them are done. */
  parts = $derived.by(() => {
    const out = new Map<number, { all: number; done: number }>();
    for (const x of this.tasks.items) {
      if (x.parent_task_id === null) continue;
      const n = out.get(x.parent_task_id) ?? { all: 0, done: 0 };
      n.all++;
      if (x.status === 'done') n.done++;
      out.set(x.parent_task_id, n);
    }
    return out;
  });
  columns = $derived.by(() => {
    const out = Object.fromEntries(taskStatuses.map((s) => [s, [] as Task[]])) as Record<TaskStatus, Task[]>;
    for (const x of this.shown) out[x.status].push(x);
    return out;
  });

  find(id: number): Task | undefined {
    return this.tasks.find(id);
  }

  /** Changes a task, ahead of the answer. */
  async change(task: Task, fields: Partial<Task>, text: string): Promise<void> {
    this.tasks.put({ ...task, ...fields });
    const sent = await act(text, () => saveTask(this.id, task.id, fields as TaskUpdate), () => this.tasks.put(task));
    if (sent) this.tasks.put(sent.data);
  }

  setStatus(task: Task, status: TaskStatus): Promise<void> | undefined {
    if (task.status === status) return undefined;
    return this.change(task, { status }, status === 'done' ? t.project.taskDone(task.title) : t.project.taskNow(task.title, t.project.taskStatus[status]));
  }

  setDue(task: Task, due_date: string | null): Promise<void> | undefined {
    return task.due_date === due_date ? undefined : this.change(task, { due_date }, t.project.taskChanged(task.title));
  }

  /**
   * Puts a task between two others of `peers`, the tasks that it is to stand
   * among, and changes fields with it: its column on a board, its parent in a
   * list. One act, whatever has to be written for it.
   */
  async move(task: Task, peers: Task[], between: Between, fields: Partial<Pick<Task, 'status' | 'parent_task_id'>> = {}): Promise<void> {
    const changed = Object.fromEntries(Object.entries(fields).filter(([k, v]) => task[k as keyof Task] !== v));
    const place = placing(peers, task, between);
    if (!place && Object.keys(changed).length === 0) return;
    const order = place && 'order' in place ? place.order : undefined;
    const body = place && 'position' in place ? { ...changed, position: place.position } : changed;
    const before = [...new Set([task.id, ...(order ?? [])])].map((id) => this.find(id)!);
    const next = { ...task, ...body };
    const ahead = order ? reordered(before.map((x) => (x.id === task.id ? next : x)), order) : [next];
    this.tasks.put(...ahead);
    const text = 'status' in changed ? t.project.taskNow(task.title, t.project.taskStatus[next.status]) : t.project.moved(task.title);
    const sets: string[] = [];
    try {
      if (Object.keys(body).length > 0) {
        const sent = await saveTask(this.id, task.id, body as TaskUpdate);
        sets.push(sent.changeSet);
        if (!order) this.tasks.put(sent.data);
      }
      if (order) {
        const sent = await send(api.PATCH('/api/projects/{id}/tasks/reorder', { params: { path: { id: this.id } }, body: { task_ids: order } }));
        sets.push(sent.changeSet);
        this.tasks.put(...sent.data);
      }
    } catch (thrown) {
      if (sets.length > 0) void this.tasks.reload();
      else this.tasks.put(...before);
      complain(asProblem(thrown));
    }
    offerUndo(text, ...sets);
  }

  /** Makes a task; throws what the server says against it. */
  async add(fields: NewTask, key = newKey()): Promise<Sent<Task>> {
    const sent = await send(api.POST('/api/projects/{id}/tasks', { params: { path: { id: this.id }, header: { 'Idempotency-Key': key } }, body: fields }));
    this.tasks.put(sent.data);
    return sent;
  }

  async remove(task: Task): Promise<void> {
    const gone = withParts(this.tasks.items, task.id);
    this.tasks.drop(...gone.map((x) => x.id));
    const path = { id: this.id, task_id: task.id };
    await act(t.project.taskDeleted(task.title), () => send(api.DELETE('/api/projects/{id}/tasks/{task_id}', { params: { path } })), () => this.tasks.put(...gone));
  }
}
