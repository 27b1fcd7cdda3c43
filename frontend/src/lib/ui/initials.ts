/** One or two letters that stand for a name. */
export function initials(name: string): string {
  const words = name.replace(/\([^)]*\)/g, ' ').split(/[\s,.]+/).filter((w) => /[\p{L}\p{N}]/u.test(w));
  const letter = (word: string | undefined) => word?.match(/[\p{L}\p{N}]/u)?.[0]?.toLocaleUpperCase() ?? '';
  return letter(words[0]) + (words.length > 1 ? letter(words.at(-1)) : '');
}

/** A hue, 0 to 359, that stays with a name or number. */
export function hue(of: string | number): number {
  if (typeof of === 'number') return Math.round(of * 137.508) % 360; // the golden angle: neighbours differ
  let h = 2166136261; // FNV-1a
  for (const c of String(of)) h = Math.imul(h ^ c.codePointAt(0)!, 16777619);
  return (h >>> 0) % 360;
}
