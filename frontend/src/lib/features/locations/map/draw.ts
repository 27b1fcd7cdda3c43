import { gridStep, project, unproject } from './mercator';
import type { Box, Line, Shapes } from './topology';
import type { MapView } from './view.svelte';

export type Colours = { sea: string; land: string; coast: string; border: string; grid: string; text: string; font: string };

type Kept = { path: Path2D; box: Box };
type Paths = { land: Kept[]; coasts: Kept[]; borders: Kept[] };
const paths = new WeakMap<Shapes, Paths>();

function trace(path: Path2D, line: Line, close: boolean): void {
  path.moveTo(line[0]!, line[1]!);
  for (let i = 2; i < line.length; i += 2) path.lineTo(line[i]!, line[i + 1]!);
  if (close) path.closePath();
}

/** Paths are made once; each drawing moves and enlarges them. */
function pathsOf(shapes: Shapes): Paths {
  let made = paths.get(shapes);
  if (made) return made;
  const lines = (all: Shapes['coasts']) =>
    all.map(({ line, box }) => {
      const path = new Path2D();
      trace(path, line, false);
      return { path, box };
    });
  const land = shapes.land.map(({ rings, box }) => {
    const path = new Path2D();
    for (const ring of rings) trace(path, ring, true);
    return { path, box };
  });
  made = { land, coasts: lines(shapes.coasts), borders: lines(shapes.borders) };
  paths.set(shapes, made);
  return made;
}

/** Draws the world as it is seen. `dense` is how many dots of the screen a pixel has. */
export function draw(pen: CanvasRenderingContext2D, view: MapView, shapes: Shapes | undefined, colours: Colours, dense: number): void {
  const { x, y, scale, width, height } = view;
  pen.setTransform(dense, 0, 0, dense, 0, 0);
  pen.fillStyle = colours.sea;
  pen.fillRect(0, 0, width, height);
  const [left, right] = [x - width / 2 / scale, x + width / 2 / scale];
  const [top, bottom] = [y - height / 2 / scale, y + height / 2 / scale];
  if (shapes) {
    const all = pathsOf(shapes);
    pen.lineJoin = 'round';
    for (let copy = Math.floor(left); copy <= Math.floor(right); copy++) {
      const s = dense * scale;
      pen.setTransform(s, 0, 0, s, (copy - x) * s + (width / 2) * dense, -y * s + (height / 2) * dense);
      const seen = ({ box }: Kept) => box.right + copy >= left && box.left + copy <= right && box.bottom >= top && box.top <= bottom;
      pen.fillStyle = colours.land;
      for (const one of all.land) if (seen(one)) pen.fill(one.path, 'evenodd');
      const stroke = (lines: Kept[], colour: string, px: number) => {
        pen.strokeStyle = colour;
        pen.lineWidth = px / scale;
        for (const one of lines) if (seen(one)) pen.stroke(one.path);
      };
      stroke(all.borders, colours.border, 1);
      stroke(all.coasts, colours.coast, 1);
    }
  }
  pen.setTransform(dense, 0, 0, dense, 0, 0);
  grid(pen, view, colours, { left, right, top, bottom });
}

/** Meridians and parallels, with their degrees at the edge. */
function grid(pen: CanvasRenderingContext2D, view: MapView, colours: Colours, seen: Box): void {
  const step = gridStep(view.scale);
  const digits = Math.max(0, Math.ceil(-Math.log10(step)));
  const sx = (x: number) => (x - view.x) * view.scale + view.width / 2;
  const sy = (y: number) => (y - view.y) * view.scale + view.height / 2;
  pen.strokeStyle = colours.grid;
  pen.lineWidth = 1;
  pen.beginPath();
  pen.font = `11px ${colours.font}`;
  pen.fillStyle = colours.text;
  const meridians: [number, string][] = [];
  for (let i = Math.ceil((seen.left - 0.5) * (360 / step)); i * step <= (seen.right - 0.5) * 360; i++) {
    const px = Math.round(sx(0.5 + (i * step) / 360)) + 0.5;
    pen.moveTo(px, 0);
    pen.lineTo(px, view.height);
    const degrees = ((((i * step + 180) % 360) + 360) % 360) - 180;
    meridians.push([px, `${Math.abs(degrees).toFixed(digits)}°${degrees > 0 ? 'E' : degrees < 0 && degrees > -180 ? 'W' : ''}`]);
  }
  const parallels: [number, string][] = [];
  const [south, north] = [unproject({ x: 0, y: Math.min(1, seen.bottom) }).latitude, unproject({ x: 0, y: Math.max(0, seen.top) }).latitude];
  for (let i = Math.ceil(south / step); i * step <= north; i++) {
    const py = Math.round(sy(project(i * step, 0).y)) + 0.5;
    pen.moveTo(0, py);
    pen.lineTo(view.width, py);
    parallels.push([py, `${Math.abs(i * step).toFixed(digits)}°${i > 0 ? 'N' : i < 0 ? 'S' : ''}`]);
  }
  pen.stroke();
  for (const [px, text] of meridians) if (px > 30 && px < view.width - 40) pen.fillText(text, px + 3, 12);
  for (const [py, text] of parallels) if (py > 24 && py < view.height - 10) pen.fillText(text, 4, py - 3);
}
