/** Letters without case and accents. */
export function folded(text: string): string {
  return text.normalize('NFD').replace(/\p{M}/gu, '').toLowerCase();
}

/** How well typed letters fit a title: they come in its order, best at the start of words; 0 is not at all. */
export function score(typed: string, title: string): number {
  const q = folded(typed).replace(/\s+/g, '');
  const text = folded(title);
  if (q === '') return 1;
  const whole = text.indexOf(folded(typed).trim());
  if (whole >= 0) return 1000 - whole - text.length / 100 + (whole === 0 || text[whole - 1] === ' ' ? 500 : 0);
  let points = 0;
  let from = 0;
  for (const c of q) {
    const i = text.indexOf(c, from);
    if (i < 0) return 0;
    points += i === 0 || text[i - 1] === ' ' || text[i - 1] === '-' ? 12 : i === from ? 6 : 1;
    from = i + 1;
  }
  return points >= q.length * 3 ? points : 0;
}

/** Those that fit, best first; all in their order when nothing is typed. */
export function rank<T>(typed: string, all: T[], title: (x: T) => string): T[] {
  if (typed.trim() === '') return all;
  return all
    .map((x, i) => ({ x, i, points: score(typed, title(x)) }))
    .filter((e) => e.points > 0)
    .sort((a, b) => b.points - a.points || a.i - b.i)
    .map((e) => e.x);
}
