import { project } from './mercator';

type Geometry = { type: 'Polygon'; arcs: number[][] } | { type: 'MultiPolygon'; arcs: number[][][] } | { type: null };

/** What is read of a TopoJSON file (topojson-specification 2.1): quantized arcs that neighbours share. */
export type Topology = {
  transform: { scale: [number, number]; translate: [number, number] };
  arcs: [number, number][][];
  objects: { countries: { geometries: Geometry[] } };
};

/** Points one after the other: x, y, x, y, … in Mercator's square. */
export type Line = Float64Array;
export type Box = { left: number; top: number; right: number; bottom: number };
export type Area = { rings: Line[]; box: Box };
export type Shapes = { land: Area[]; coasts: { line: Line; box: Box }[]; borders: { line: Line; box: Box }[] };

/** The land, its coasts (lines of one country alone) and its borders (lines that two share). */
export function shapesOf(topology: Topology): Shapes {
  const arcs = topology.arcs.map((arc) => decode(arc, topology.transform));
  const uses = new Uint8Array(arcs.length);
  const land: Area[] = [];
  for (const g of topology.objects.countries.geometries) {
    const polygons = g.type === 'Polygon' ? [g.arcs] : g.type === 'MultiPolygon' ? g.arcs : [];
    for (const polygon of polygons) {
      const rings = polygon.map((ring) => {
        for (const i of ring) uses[i < 0 ? ~i : i]!++;
        return stitch(ring, arcs);
      });
      land.push({ rings, box: boxOf(rings[0]!) });
    }
  }
  const of = (wanted: (n: number) => boolean) => arcs.flatMap((line, i) => (wanted(uses[i]!) ? [{ line, box: boxOf(line) }] : []));
  return { land, coasts: of((n) => n === 1), borders: of((n) => n > 1) };
}

/** Each point is said as the way from the one before. */
function decode(arc: [number, number][], { scale, translate }: Topology['transform']): Line {
  const line = new Float64Array(arc.length * 2);
  let x = 0;
  let y = 0;
  arc.forEach(([dx, dy], i) => {
    x += dx;
    y += dy;
    const p = project(y * scale[1] + translate[1], x * scale[0] + translate[0]);
    line[2 * i] = p.x;
    line[2 * i + 1] = p.y;
  });
  return line;
}

/** A ring from its arcs; ~i is arc i from its end. Where two meet, the point they share stands once. */
function stitch(ring: number[], arcs: Line[]): Line {
  const points: number[] = [];
  for (const i of ring) {
    const arc = arcs[i < 0 ? ~i : i]!;
    const n = arc.length / 2;
    for (let k = points.length > 0 ? 1 : 0; k < n; k++) {
      const at = 2 * (i < 0 ? n - 1 - k : k);
      points.push(arc[at]!, arc[at + 1]!);
    }
  }
  return Float64Array.from(points);
}

export function boxOf(line: Line): Box {
  const box = { left: Infinity, top: Infinity, right: -Infinity, bottom: -Infinity };
  for (let i = 0; i < line.length; i += 2) {
    const [x, y] = [line[i]!, line[i + 1]!];
    if (x < box.left) box.left = x;
    if (x > box.right) box.right = x;
    if (y < box.top) box.top = y;
    if (y > box.bottom) box.bottom = y;
  }
  return box;
}
