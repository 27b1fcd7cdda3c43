// Where tasks stand: their order, their tree, and what has to be written to move one.

import type { Task } from '$lib/api/types';

export const taskStatuses = ['todo', 'in_progress', 'blocked', 'done'] as const;
export type TaskStatus = (typeof taskStatuses)[number];

/** Whatever stands in an order of the user's. */
export type Placed = { id: number; position: number };

/** The order of the server: by position, ties by number. */
export function byPosition(a: Placed, b: Placed): number {
  return a.position - b.position || a.id - b.id;
}

/** A task with its parts, in the order of a list. */
export type Node = { task: Task; depth: number; parts: Node[] };

/** Tasks as a tree; a part whose parent is not among them stands for itself. */
export function tree(tasks: Task[]): Node[] {
  const nodes = new Map(tasks.map((task) => [task.id, { task, depth: 0, parts: [] as Node[] }]));
  const roots: Node[] = [];
  for (const node of nodes.values()) {
    const parent = node.task.parent_task_id === null ? undefined : nodes.get(node.task.parent_task_id);
    (parent ? parent.parts : roots).push(node);
  }
  const sink = (all: Node[], depth: number) => {
    for (const n of all) {
      n.depth = depth;
      sink(n.parts, depth + 1);
    }
  };
  sink(roots, 0);
  return roots;
}

/** A tree as rows, parts under their whole. What `closed` holds keeps its parts to itself. */
export function rows(nodes: Node[], closed: ReadonlySet<number> = new Set()): Node[] {
  return nodes.flatMap((n) => (closed.has(n.task.id) ? [n] : [n, ...rows(n.parts, closed)]));
}

/** A task and all that is part of it, itself first. */
export function withParts(tasks: Task[], id: number): Task[] {
  const find = (nodes: Node[]): Node | undefined => {
    for (const n of nodes) {
      const found = n.task.id === id ? n : find(n.parts);
      if (found) return found;
    }
    return undefined;
  };
  const node = find(tree(tasks));
  return node ? rows([node]).map((n) => n.task) : [];
}

/** Between which of its new neighbours something comes to stand; undefined is an end. */
export type Between = { after: number | undefined; before: number | undefined };

/** The neighbours of the place `step` further on in a list of ids; undefined when there is no such place. */
export function stepped(ids: number[], id: number, step: 1 | -1): Between | undefined {
  const rest = ids.filter((x) => x !== id);
  const at = ids.indexOf(id) + step;
  if (!ids.includes(id) || at < 0 || at > rest.length) return undefined;
  return { after: rest[at - 1], before: rest[at] };
}

/** What has to be written to put a task between two others: a position where there is room, else a new order. */
export type Placing = { position: number } | { order: number[] };

/**
 * Says how a task comes to stand between its neighbours among `peers` (those it
 * is shown with, in their order; itself may be one). Undefined when it stands
 * there already.
 */
export function placing<P extends Placed>(peers: P[], task: P, { after, before }: Between): Placing | undefined {
  const rest = peers.filter((p) => p.id !== task.id);
  let at = before === undefined ? -1 : rest.findIndex((p) => p.id === before);
  if (at < 0) at = after === undefined ? (before === undefined ? rest.length : 0) : rest.findIndex((p) => p.id === after) + 1;
  const above = rest[at - 1];
  const below = rest[at];
  if ((!above || byPosition(above, task) < 0) && (!below || byPosition(task, below) < 0)) return undefined;
  if (!below) return { position: above!.position + 1024 };
  if (!above) return { position: below.position - 1024 };
  if (below.position - above.position > 1) return { position: Math.floor((above.position + below.position) / 2) };
  // No room between them: those between its old place and its new one share out theirs.
  const now = [...rest, task].sort(byPosition);
  const next = [...rest.slice(0, at), task, ...rest.slice(at)];
  const from = now.findIndex((p, i) => p !== next[i]);
  const to = now.findLastIndex((p, i) => p !== next[i]);
  return { order: next.slice(from, to + 1).map((p) => p.id) };
}

/** Tasks as they will stand once `order` is written: they share out the positions that they hold together now. */
export function reordered<P extends Placed>(tasks: P[], order: number[]): P[] {
  const byId = new Map(tasks.map((x) => [x.id, x]));
  const places = order.map((id) => byId.get(id)!.position).sort((a, b) => a - b);
  let last = -Infinity;
  return order.map((id, i) => {
    const task = byId.get(id)!;
    const tied = i > 0 && id < order[i - 1]!;
    last = Math.max(places[i]!, last + (tied ? 1 : 0));
    return { ...task, position: last };
  });
}
