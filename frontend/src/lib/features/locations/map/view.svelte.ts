import { between, project, unproject, wrap, type Point } from './mercator';

const closest = 256 * 2 ** 16; // px; some 2 m a pixel
const alone = 256 * 2 ** 6; // px: a place by itself is shown with the outlines around it
const glide = 280; // ms

/** What of the world is seen: its middle, how large the world is, and the size of the window onto it. */
export class MapView {
  x = $state(0.5);
  y = $state(0.36);
  /** How wide the whole world would be, in px. */
  scale = $state(0);
  width = $state(0);
  height = $state(0);
  #frame = 0;

  /** The world is never smaller than the window. */
  get least(): number {
    return Math.max(this.width, this.height, 256);
  }

  resize(width: number, height: number): void {
    this.width = width;
    this.height = height;
    this.#set(this.x, this.y, this.scale || this.least);
  }

  /** Where a point is seen, in px from the window's corner: the copy of it that lies nearest to the middle. */
  toScreen(p: Point): Point {
    return { x: between(this.x, p.x) * this.scale + this.width / 2, y: (p.y - this.y) * this.scale + this.height / 2 };
  }

  /** What lies under a point of the window. */
  fromScreen(sx: number, sy: number): Point {
    return { x: wrap(this.x + (sx - this.width / 2) / this.scale), y: this.y + (sy - this.height / 2) / this.scale };
  }

  get middle(): { latitude: number; longitude: number } {
    return unproject(this);
  }

  /** Moves what is seen by so many pixels. */
  pan(dx: number, dy: number): void {
    this.stop();
    this.#set(this.x - dx / this.scale, this.y - dy / this.scale, this.scale);
  }

  /** Comes closer by a factor; what lies under (sx, sy) stays there. */
  zoom(factor: number, sx = this.width / 2, sy = this.height / 2): void {
    this.stop();
    const [dx, dy] = [sx - this.width / 2, sy - this.height / 2];
    const scale = Math.max(this.least, Math.min(closest, this.scale * factor));
    this.#set(this.x + dx / this.scale - dx / scale, this.y + dy / this.scale - dy / scale, scale);
  }

  /** Goes to a place, smoothly unless that is not wanted. */
  go(to: Point, scale = this.scale, smooth = true): void {
    this.stop();
    const goal = Math.max(this.least, Math.min(closest, scale));
    const still = !smooth || matchMedia('(prefers-reduced-motion: reduce)').matches;
    if (still || this.width === 0) {
      this.#set(to.x, to.y, goal);
      return;
    }
    const from = { x: this.x, y: this.y, scale: this.scale };
    const [dx, dy] = [between(from.x, to.x), to.y - from.y];
    const begin = performance.now();
    const step = (now: number) => {
      const part = Math.min(1, Math.max(0, (now - begin) / glide));
      const eased = 1 - (1 - part) ** 3;
      // The size changes by factors; the way is walked as fast as it looks from that size.
      const size = from.scale * (goal / from.scale) ** eased;
      const way = Math.abs(goal - from.scale) < 1 ? eased : (1 / from.scale - 1 / size) / (1 / from.scale - 1 / goal);
      this.#set(from.x + dx * way, from.y + dy * way, size);
      if (part < 1) this.#frame = requestAnimationFrame(step);
    };
    this.#frame = requestAnimationFrame(step);
  }

  /** Shows all of some points, with a margin; one alone from a fair distance. */
  fit(points: readonly Point[], smooth = true, margin = 48): void {
    const first = points[0];
    if (!first) {
      this.go({ x: 0.5, y: 0.36 }, 0, smooth);
      return;
    }
    const xs = points.map((p) => between(first.x, p.x));
    const ys = points.map((p) => p.y);
    const [left, right, top, bottom] = [Math.min(...xs), Math.max(...xs), Math.min(...ys), Math.max(...ys)];
    const room = (size: number) => Math.max(size - 2 * margin, size / 3);
    const scale = Math.min(room(this.width) / Math.max(right - left, 1e-9), room(this.height) / Math.max(bottom - top, 1e-9), points.length === 1 ? alone : closest / 4);
    this.go({ x: wrap(first.x + (left + right) / 2), y: (top + bottom) / 2 }, scale, smooth);
  }

  stop(): void {
    cancelAnimationFrame(this.#frame);
  }

  #set(x: number, y: number, scale: number): void {
    this.scale = Math.max(this.least, scale);
    this.x = wrap(x);
    const half = this.height / 2 / this.scale;
    this.y = Math.max(Math.min(half, 0.5), Math.min(Math.max(1 - half, 0.5), y));
  }
}

/** A place's point in the world; undefined where its position is not known. */
export function pointOf(place: { latitude: number | null; longitude: number | null }): Point | undefined {
  return place.latitude === null || place.longitude === null ? undefined : project(place.latitude, place.longitude);
}
