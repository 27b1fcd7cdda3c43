import { api, newKey, send, type Sent } from '$lib/api/client';
import type { NewTodo, Query, Todo, TodoUpdate } from '$lib/api/types';

export type { Todo, TodoUpdate, NewTodo };
export type Priority = Todo['priority'];
export const priorities: Priority[] = ['high', 'medium', 'low', 'none'];

const most = 500; // records of a page, and to-dos of one bulk change

/** Reads pages of to-dos under a filter. */
export function pagesOf(filter: Query<'/api/todos'>): (cursor: string) => Promise<Sent<Todo[]>> {
  return (cursor) => send(api.GET('/api/todos', { params: { query: { ...filter, limit: most, ...(cursor && { cursor }) } } }));
}

export function findTodo(id: number): Promise<Sent<Todo>> {
  return send(api.GET('/api/todos/{id}', { params: { path: { id } } }));
}

/** How many parts of a to-do are done. */
export async function countDoneParts(parent_id: number): Promise<number> {
  const { total } = await send(api.GET('/api/todos', { params: { query: { parent_id, completed: 'true', limit: 1, count: true } } }));
  return total ?? 0;
}

export function addTodo(body: NewTodo, key = newKey()): Promise<Sent<Todo>> {
  return send(api.POST('/api/todos', { params: { header: { 'Idempotency-Key': key } }, body }));
}

/** Changes fields of one to-do; with an ETag only if it is still as it was read. */
export function changeTodo(id: number, body: TodoUpdate, etag = ''): Promise<Sent<Todo>> {
  return send(api.PATCH('/api/todos/{id}', { params: { path: { id }, header: { ...(etag && { 'If-Match': etag }) } }, body }));
}

export function deleteTodo(id: number): Promise<Sent<unknown>> {
  return send(api.DELETE('/api/todos/{id}', { params: { path: { id } } }));
}

/** Puts a to-do behind or before another in the user's own order. */
export function placeTodo(id: number, spot: { after: number } | { before: number }): Promise<Sent<Todo>> {
  return send(api.PATCH('/api/todos/{id}/place', { params: { path: { id } }, body: spot }));
}

/** Changes or deletes many. Answers the change-sets: more than one where there are more than the server takes at once. */
export async function changeMany(ids: number[], how: { set: TodoUpdate } | { delete: true }): Promise<string[]> {
  const sets: string[] = [];
  for (let i = 0; i < ids.length; i += most) {
    const sent = await send(api.POST('/api/todos/bulk', { body: { ids: ids.slice(i, i + most), ...how } }));
    sets.push(sent.changeSet);
  }
  return sets;
}
