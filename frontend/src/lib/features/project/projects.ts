import { api, newKey, send } from '$lib/api/client';
import type { NewProject, Project, ProjectUpdate, Task } from '$lib/api/types';
import { act } from '$lib/state/act';
import { t } from '$lib/i18n/index.svelte';
import { List } from '$lib/state/list.svelte';
import { live } from '$lib/state/live.svelte';
import { byPosition, placing, reordered, type Between } from './order';

export const projectStatuses = ['not_started', 'in_progress', 'on_hold', 'completed', 'cancelled'] as const;
export type ProjectStatus = (typeof projectStatuses)[number];

export const readProject = (id: number) => send(api.GET('/api/projects/{id}', { params: { path: { id } } }));

export const saveProject = (id: number, body: ProjectUpdate, etag = '') =>
  send(api.PATCH('/api/projects/{id}', { params: { path: { id }, ...(etag && { header: { 'If-Match': etag } }) }, body }));

export const makeProject = (body: NewProject, key = newKey()) => send(api.POST('/api/projects', { params: { header: { 'Idempotency-Key': key } }, body }));

/** One's own, in one's own order; then those that others share. */
const ownFirst = (a: Project, b: Project) => Number(!!a.owner) - Number(!!b.owner) || byPosition(a, b);

/** All projects, in the user's own order. */
export function projectList(): List<Project> {
  return new List<Project>({
    kind: 'project',
    whole: true,
    page: async (cursor) => {
      const sent = await send(api.GET('/api/projects', { params: { query: { limit: 500, ...(cursor && { cursor }) } } }));
      return { ...sent, data: sent.data.sort(ownFirst) };
    },
    find: async (id) => (await readProject(id)).data,
    order: ownFirst,
  });
}

/** One project, as a list of one: gone when it is deleted. */
export function projectOf(id: number): List<Project> {
  return new List<Project>({
    kind: 'project',
    page: async () => {
      const sent = await readProject(id);
      return { ...sent, data: [sent.data] };
    },
    find: async (other) => (await readProject(other)).data,
    accept: (p) => p.id === id,
    order: byPosition,
  });
}

/** The tasks of a project, all of them. */
export function taskList(id: number): List<Task> {
  return new List<Task>({
    kind: 'task',
    whole: true,
    page: (cursor) => send(api.GET('/api/projects/{id}/tasks', { params: { path: { id }, query: { limit: 500, ...(cursor && { cursor }) } } })),
    find: async (task_id) => (await send(api.GET('/api/projects/{id}/tasks/{task_id}', { params: { path: { id, task_id } } }))).data,
    order: byPosition,
  });
}

/** Progress follows from the tasks, which tell of themselves alone: their projects are read again. Returns how to stop. */
export function followProgress(list: List<Project>): () => void {
  const due = new Set<number>();
  let timer: ReturnType<typeof setTimeout> | undefined;
  const stop = live.on('task', (heard) => {
    if (heard === 'reset') return; // the list hears that by itself
    const id = Number(/\d+/.exec(heard.collection)?.[0]);
    if (id) due.add(id);
    clearTimeout(timer);
    timer = setTimeout(() => {
      const ids = [...due].filter((x) => list.find(x));
      due.clear();
      for (const x of ids) readProject(x).then(({ data }) => list.find(x) && list.put(data), () => {});
    }, 200);
  });
  return () => {
    clearTimeout(timer);
    stop();
  };
}

/** Changes a project, ahead of the answer. */
export async function changeProject(list: List<Project>, project: Project, fields: Partial<Project>, text: string): Promise<void> {
  list.put({ ...project, ...fields });
  const sent = await act(text, () => saveProject(project.id, fields as ProjectUpdate), () => list.put(project));
  if (sent) list.put(sent.data);
}

export async function placeProject(list: List<Project>, id: number, { after, before }: Between): Promise<void> {
  const project = list.find(id);
  const place = project && placing(list.items.filter((p) => !p.owner), project, { after, before });
  if (!place) return;
  const was = list.items;
  if ('position' in place) list.put({ ...project, position: place.position });
  else list.put(...reordered(list.items.filter((p) => place.order.includes(p.id)), place.order));
  const body = before === undefined ? { after: after! } : { before };
  const sent = await act(t.project.moved(project.name), () => send(api.PATCH('/api/projects/{id}/place', { params: { path: { id } }, body })), () => list.put(...was));
  // Where there was no room between two, the server has moved others too.
  if (sent) void list.reload();
}

export async function deleteProject(list: List<Project>, project: Project): Promise<boolean> {
  list.drop(project.id);
  const sent = await act(t.project.deleted(project.name), () => send(api.DELETE('/api/projects/{id}', { params: { path: { id: project.id } } })), () => list.put(project));
  return sent !== undefined;
}
