import { shapesOf, type Shapes, type Topology } from './topology';

const asked = new Map<string, Promise<Shapes>>();

/** The outlines of the world: coarse (40 kB), or fine (a quarter of a megabyte) for looking closer. Read once. */
export function outlines(fine: boolean): Promise<Shapes> {
  const file = fine ? 'countries-50m' : 'countries-110m';
  let shapes = asked.get(file);
  if (!shapes) {
    shapes = read(`/vendor/world-atlas/${file}.json`);
    shapes.catch(() => asked.delete(file)); // asked again the next time
    asked.set(file, shapes);
  }
  return shapes;
}

async function read(url: string): Promise<Shapes> {
  const answer = await fetch(url);
  if (!answer.ok) throw new Error(`${url}: ${answer.status}`);
  return shapesOf((await answer.json()) as Topology);
}
