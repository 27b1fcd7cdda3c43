// The world as a square: x from 0 (180° west) to 1 (180° east), y from 0 (the
// north) to 1 (the south), in Mercator's projection, where a small place keeps
// its shape.

export type Point = { x: number; y: number };

/** Degrees; beyond it, Mercator's square ends. */
export const maxLatitude = 85.0511287798066;
const equator = 40_075_016.686; // metres

export function project(latitude: number, longitude: number): Point {
  const sin = Math.sin((Math.max(-maxLatitude, Math.min(maxLatitude, latitude)) * Math.PI) / 180);
  return { x: longitude / 360 + 0.5, y: 0.5 - Math.log((1 + sin) / (1 - sin)) / (4 * Math.PI) };
}

export function unproject({ x, y }: Point): { latitude: number; longitude: number } {
  const latitude = (360 / Math.PI) * Math.atan(Math.exp((0.5 - y) * 2 * Math.PI)) - 90;
  return { latitude, longitude: (wrap(x) - 0.5) * 360 };
}

/** Into 0 … 1: the world goes round. */
export function wrap(x: number): number {
  return x - Math.floor(x);
}

/** The shorter way from one x to another, round the world if need be: -0.5 … 0.5. */
export function between(from: number, to: number): number {
  return wrap(to - from + 0.5) - 0.5;
}

/** Metres that a pixel covers, where the whole world is `scale` pixels wide. */
export function metresPerPixel(latitude: number, scale: number): number {
  return (equator * Math.cos((latitude * Math.PI) / 180)) / scale;
}

/** The longest round length (1, 2 or 5 of a power of ten) that fits into so many pixels: metres and pixels. */
export function scaleBar(metres: number, room: number): { metres: number; pixels: number } {
  const most = metres * room;
  const power = 10 ** Math.floor(Math.log10(most));
  const round = [5, 2, 1].find((n) => n * power <= most)! * power;
  return { metres: round, pixels: round / metres };
}

/** Degrees between the lines of the grid, so that some are seen and not many. */
export function gridStep(scale: number): number {
  return [30, 15, 10, 5, 2, 1, 0.5, 0.2, 0.1, 0.05, 0.02, 0.01, 0.005].find((step) => (step / 360) * scale <= 220) ?? 0.002;
}
