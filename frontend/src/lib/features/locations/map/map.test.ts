import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { describe, expect, test } from 'vitest';
import { clusters } from './cluster';
import { between, gridStep, maxLatitude, metresPerPixel, project, scaleBar, unproject, wrap } from './mercator';
import { shapesOf, type Line, type Shapes, type Topology } from './topology';

describe('projection', () => {
  test.each([
    [0, 0, 0.5, 0.5],
    [0, -180, 0, 0.5],
    [0, 180, 1, 0.5],
    [maxLatitude, 0, 0.5, 0],
    [-maxLatitude, 0, 0.5, 1],
    [90, 0, 0.5, 0], // the pole is where the square ends
    [52.52, 13.405, 0.5372361, 0.3279552], // Berlin: (1 - asinh(tan φ)/π)/2
  ])('%d, %d lies at %d, %d', (latitude, longitude, x, y) => {
    const p = project(latitude, longitude);
    expect(p.x).toBeCloseTo(x, 6);
    expect(p.y).toBeCloseTo(y, 6);
  });

  test('there and back', () => {
    for (let latitude = -85; latitude <= 85; latitude += 8.5) {
      for (let longitude = -179; longitude < 180; longitude += 17.3) {
        const back = unproject(project(latitude, longitude));
        expect(back.latitude).toBeCloseTo(latitude, 9);
        expect(back.longitude).toBeCloseTo(longitude, 9);
      }
    }
  });

  test('the world goes round', () => {
    expect(wrap(1.25)).toBeCloseTo(0.25);
    expect(wrap(-0.25)).toBeCloseTo(0.75);
    expect(between(0.95, 0.05)).toBeCloseTo(0.1);
    expect(between(0.05, 0.95)).toBeCloseTo(-0.1);
    expect(unproject({ x: 1.1, y: 0.5 }).longitude).toBeCloseTo(-144);
  });

  test.each([[0, 256, 156543.03], [60, 256, 78271.52], [0, 512, 78271.52]])('at %d° a pixel of %d covers %d m', (latitude, scale, metres) => {
    expect(metresPerPixel(latitude, scale)).toBeCloseTo(metres, 1);
  });

  test.each([[1000, 100, 100_000], [999, 100, 50_000], [0.35, 100, 20], [3000, 100, 200_000]])('%d m a pixel, %d px: %d m', (metres, room, want) => {
    const bar = scaleBar(metres, room);
    expect(bar.metres).toBeCloseTo(want);
    expect(bar.pixels).toBeLessThanOrEqual(room);
    expect(bar.pixels).toBeGreaterThan(room / 2.6);
  });

  test('the grid has some lines, not many', () => {
    for (let scale = 400; scale < 256 * 2 ** 16; scale *= 1.3) {
      const apart = (gridStep(scale) / 360) * scale;
      expect(apart).toBeLessThanOrEqual(220);
      expect(apart).toBeGreaterThan(25);
    }
  });
});

describe('clusters', () => {
  const at = (x: number, y: number, name = '') => ({ x, y, name });
  const names = (all: { of: { name: string }[] }[]) => all.map((c) => c.of.map((p) => p.name).join(''));

  test('gather what is near, and part when one comes closer', () => {
    const places = [at(0.5, 0.5, 'a'), at(0.501, 0.5, 'b'), at(0.6, 0.5, 'c')];
    expect(names(clusters(places, 1000, 40))).toEqual(['ab', 'c']);
    expect(names(clusters(places, 100, 40))).toEqual(['abc']);
    expect(names(clusters(places, 100_000, 40))).toEqual(['a', 'b', 'c']);
  });

  test('reach over the edge of the world', () => {
    const [one, ...rest] = clusters([at(0.999, 0.5), at(0.003, 0.5)], 1000, 40);
    expect(rest).toEqual([]);
    expect(one!.x).toBeCloseTo(0.001);
  });

  test('keep all, each once, at any scale', () => {
    const places = Array.from({ length: 2000 }, (_, i) => at((i * 0.6180339887) % 1, (i * 0.7548776662) % 1, String(i)));
    for (const scale of [30, 256, 5000, 1e6]) {
      const got = clusters(places, scale, 44).flatMap((c) => c.of.map((p) => p.name));
      expect(got).toHaveLength(2000);
      expect(new Set(got).size).toBe(2000);
    }
  });

  test('stand apart', () => {
    const places = Array.from({ length: 500 }, (_, i) => at((i * 0.6180339887) % 1, (i * 0.7548776662) % 1));
    const seeds = clusters(places, 800, 44).map((c) => c.of[0]!);
    for (const a of seeds) for (const b of seeds) if (a !== b) expect(Math.hypot(between(a.x, b.x), a.y - b.y) * 800).toBeGreaterThanOrEqual(44);
  });
});

describe.each(['countries-110m', 'countries-50m'])('the outlines of %s', (file) => {
  const topology = JSON.parse(readFileSync(createRequire(import.meta.url).resolve(`world-atlas/${file}.json`), 'utf8')) as Topology;
  const shapes: Shapes = shapesOf(topology);

  const inside = (line: Line, x: number, y: number) => {
    let odd = false;
    for (let i = 0, j = line.length - 2; i < line.length; j = i, i += 2) {
      const [xi, yi, xj, yj] = [line[i]!, line[i + 1]!, line[j]!, line[j + 1]!];
      if (yi > y !== yj > y && x < ((xj - xi) * (y - yi)) / (yj - yi) + xi) odd = !odd;
    }
    return odd;
  };
  const isLand = (latitude: number, longitude: number) => {
    const { x, y } = project(latitude, longitude);
    return shapes.land.some((a) => a.rings.filter((r) => inside(r, x, y)).length % 2 === 1);
  };

  test.each([['Berlin', 52.52, 13.4], ['Nairobi', -1.29, 36.82], ['Denver', 39.74, -104.99], ['Maseru, within South Africa', -29.5, 28.2], ['Vostok', -78, 106]])('%s lies on land', (_, latitude, longitude) => {
    expect(isLand(latitude, longitude)).toBe(true);
  });
  test.each([['the Atlantic', 30, -40], ['the Pacific', 0, -150], ['the Black Sea', 43, 34]])('%s is sea', (_, latitude, longitude) => {
    expect(isLand(latitude, longitude)).toBe(false);
  });
  test('rings close, and no line is both coast and border', () => {
    for (const { rings } of shapes.land) {
      for (const ring of rings) {
        expect(ring[0]).toBe(ring[ring.length - 2]);
        expect(ring[1]).toBe(ring[ring.length - 1]);
      }
    }
    expect(shapes.coasts.length).toBeGreaterThan(100);
    expect(shapes.borders.length).toBeGreaterThan(200);
  });
});
