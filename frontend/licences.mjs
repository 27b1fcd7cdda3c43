// The packages whose code the interface carries, with the licences that must come
// along: read from the modules that the bundler put into its scripts and styles
// (vite.config.ts writes them down), not from what package.json asks for.

import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { build } from 'vite';

const LICENCE = /^(licen[cs]e|copying|notice|patents)/i;
/** What a build tool adds of its own to what it builds. */
const HELPERS = [/^\0(vite)\//, /^\0(rolldown)\//];
/** Of what a build tool carries itself nothing is in the interface. */
const OTHERS = /^# Licenses of bundled dependencies$/m;

/**
 * @param {string} here the folder of package.json
 * @param {{from: string, files: Record<string, string>}[]} copied packages of which files are taken over as they are
 * @returns {Promise<{name: string, version: string, license: string, text: string}[]>} by name
 */
export async function licences(here, copied) {
  const folders = new Map();
  for (const id of [...JSON.parse(readFileSync(join(here, '.svelte-kit', 'carried.json'), 'utf8')), ...(await serviceWorker(here))]) {
    const folder = folderOf(here, id);
    if (folder) folders.set(folder, []);
  }
  if (folders.size < 3) throw new Error('the bundler named hardly any package: is .svelte-kit/carried.json of this build?');
  const own = [...folders.keys()].map((folder) => packageIn(folder, []));
  const whole = copied.map(({ from, files }) => {
    const folder = join(here, 'node_modules', from);
    const it = packageIn(folder, Object.keys(files).filter((file) => /licen[cs]e|notice/i.test(file)));
    return { ...it, text: [it.text, ...inside(here, folder, Object.keys(files))].join('\n\n') };
  });
  return [...own, ...whole].sort((a, b) => (a.name < b.name ? -1 : 1));
}

/**
 * What a bundle that is copied whole is made of, by the map that its makers give
 * along: names, and the licences of those that are installed here, since versions
 * are not told.
 */
function inside(here, folder, files) {
  const found = new Map();
  for (const file of files.filter((name) => name.endsWith('.js'))) {
    const beside = dirname(join(folder, file));
    const workers = readdirSync(beside).filter((name) => name.endsWith('.worker.js.map'));
    for (const map of [`${file}.map`, ...workers.map((name) => join(dirname(file), name))]) {
      for (const source of JSON.parse(readFileSync(join(folder, map), 'utf8')).sources) {
        const parts = /(node_modules\/.*node_modules\/|node_modules\/)((?:@[^/]+\/)?[^/]+)\//.exec(source);
        if (parts) found.set(parts[2], [join(here, parts[1], parts[2]), join(here, 'node_modules', parts[2])].find((at) => existsSync(join(at, 'package.json'))));
      }
    }
  }
  if (found.size === 0) return [];
  const names = [...found.keys()].sort();
  const texts = names.flatMap((name) => (found.get(name) ? licenceOf(name, found.get(name)) : []));
  return [`Its bundle is made of these packages, each under its own licence: ${names.join(', ')}.`, ...texts];
}

function licenceOf(name, folder) {
  const files = readdirSync(folder).filter((file) => LICENCE.test(file));
  return files.length === 0 ? [] : [`${name}, of which code is in the bundle:`, textOf(folder, files.sort())];
}

/** The folder of the package that a module is of; undefined for our own. */
function folderOf(here, id) {
  const helper = HELPERS.map((of) => of.exec(id)).find(Boolean);
  if (helper) return join(here, 'node_modules', helper[1]);
  const path = id.replace(/^\0/, '').split('?')[0];
  const parts = /^(.*\/node_modules\/(?:@[^/]+\/)?[^/]+)\//.exec(path);
  if (parts) return parts[1];
  if (!path.startsWith(`${here}/`)) throw new Error(`${JSON.stringify(id)} is of no package and not ours: say in licences.mjs whose it is`);
  return undefined;
}

function packageIn(folder, more) {
  const { name, version, license } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
  const files = new Set([...readdirSync(folder).filter((file) => LICENCE.test(file)).sort(), ...more]);
  if (files.size === 0 || !license) throw new Error(`${name} has no licence that could be given on`);
  return { name, version, license, text: textOf(folder, [...files]) };
}

const textOf = (folder, files) => files.map((file) => readFileSync(join(folder, file), 'utf8').replaceAll('\r\n', '\n').split(OTHERS)[0].trim()).join('\n\n');

/** The modules of the service worker, which Kit builds by itself, without our plugins. */
async function serviceWorker(here) {
  const built = await build({
    root: here,
    configFile: false,
    logLevel: 'error',
    resolve: { alias: { $lib: join(here, 'src', 'lib') } },
    build: { write: false, rolldownOptions: { input: join(here, 'src', 'service-worker.ts') } },
  });
  return [built].flat().flatMap(({ output }) => output.flatMap((part) => (part.type === 'chunk' ? part.moduleIds : [])));
}
