import { between, wrap, type Point } from './mercator';

/** Things that lie so near one another that one mark stands for them. */
export type Cluster<T> = Point & { of: T[] };

/**
 * Gathers what lies closer than `near` pixels, where the world is `scale` wide.
 * The order of what is given decides, so that the same things make the same clusters.
 */
export function clusters<T extends Point>(things: readonly T[], scale: number, near: number): Cluster<T>[] {
  const reach = near / scale;
  const columns = Math.max(1, Math.floor(1 / reach));
  const out: Cluster<T>[] = [];
  const seeds = new Map<number, { at: Point; into: Cluster<T> }[]>(); // by cell, as large as the reach or larger
  const cell = (x: number, y: number) => Math.floor(y * columns) * columns + (((Math.floor(wrap(x) * columns) % columns) + columns) % columns);
  for (const thing of things) {
    let found: Cluster<T> | undefined;
    let best = reach;
    for (let dx = -1; dx <= 1; dx++) {
      for (let dy = -1; dy <= 1; dy++) {
        for (const { at, into } of seeds.get(cell(thing.x + dx / columns, thing.y + dy / columns)) ?? []) {
          const far = Math.hypot(between(at.x, thing.x), at.y - thing.y);
          if (far < best) [found, best] = [into, far];
        }
      }
    }
    if (found) {
      found.of.push(thing);
      continue;
    }
    const fresh: Cluster<T> = { x: thing.x, y: thing.y, of: [thing] };
    out.push(fresh);
    const key = cell(thing.x, thing.y);
    seeds.set(key, [...(seeds.get(key) ?? []), { at: { x: thing.x, y: thing.y }, into: fresh }]);
  }
  // The mark stands in the middle of what it stands for.
  for (const c of out) {
    if (c.of.length === 1) continue;
    const { x } = c;
    c.x = wrap(x + c.of.reduce((sum, p) => sum + between(x, p.x), 0) / c.of.length);
    c.y = c.of.reduce((sum, p) => sum + p.y, 0) / c.of.length;
  }
  return out;
}
