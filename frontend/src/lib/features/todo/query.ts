import { accepts, sorts, type Filter, type Sort } from './groups';
import { priorities, type Priority } from './todos';
import type { Query } from '$lib/api/types';

/** What a person asked to see, from the page's address. */
export type Asked = { filter: Filter; sort: Sort; done: boolean };

const number = (text: string | null) => (text && /^[1-9]\d{0,15}$/.test(text) ? Number(text) : undefined);
const oneOf = <T extends string>(all: readonly T[], text: string | null) => all.find((x) => x === text);

/** Reads the address; what it does not understand it leaves out. */
export function asked(params: URLSearchParams): Asked {
  const filter: Filter = {};
  const [q, category, tag] = [params.get('q'), params.get('category'), params.get('tag')];
  const priority = oneOf<Priority>(priorities, params.get('priority'));
  const project = number(params.get('project'));
  const person = number(params.get('person'));
  if (q) filter.q = q;
  if (priority) filter.priority = priority;
  if (category) filter.category = category;
  if (tag) filter.tag = tag;
  if (project) filter.project = project;
  if (person) filter.person = person;
  return { filter, sort: oneOf(sorts, params.get('sort')) ?? 'due_date', done: params.get('done') === '1' };
}

/** The same filter as the server reads it. */
export function toServer(f: Filter): Query<'/api/todos'> {
  return {
    ...(f.q && { q: f.q }),
    ...(f.priority && { priority: f.priority }),
    ...(f.category && { category: f.category }),
    ...(f.tag && { tag: f.tag }),
    ...(f.project && { project_id: f.project }),
    ...(f.person && { person_id: f.person }),
  };
}

export { accepts };
