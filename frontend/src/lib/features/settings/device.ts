const browsers: [RegExp, string][] = [[/Edg\//, 'Edge'], [/OPR\//, 'Opera'], [/Firefox\//, 'Firefox'], [/Chrome\//, 'Chrome'], [/Version\/.*Safari\//, 'Safari']];
const systems: [RegExp, string][] = [[/iPhone/, 'iPhone'], [/iPad/, 'iPad'], [/Android/, 'Android'], [/Windows/, 'Windows'], [/Mac OS X|Macintosh/, 'macOS'], [/CrOS/, 'ChromeOS'], [/Linux/, 'Linux']];

/** What a User-Agent says of the device, as far as people care; undefined where it names neither. */
export function device(agent: string): { browser: string; system: string } | undefined {
  const browser = browsers.find(([is]) => is.test(agent))?.[1];
  const system = systems.find(([is]) => is.test(agent))?.[1];
  return browser && system ? { browser, system } : undefined;
}
