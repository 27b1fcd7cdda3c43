// Puts what Vite built (build/), the pages of the API's documentation (pages/) and
// the vendor bundles into ../frontend_dist, which is committed and embedded in the
// binary, and the packages that all this is made of into licences.json, which is
// committed too: releases are made where no package is installed.
//
// Compression happens here, not at start: Brotli's best setting takes seconds
// over the vendor bundles, and the server has 100 ms to its first answer. Both
// codings are kept, since browsers ask for Brotli over https and loopback alone;
// of the documentation's bundles, which few people open, gzip alone. Pages are kept
// plain as well, for the server reads them: of all else it inflates the gzip form
// for the rare client that takes no coding. The executable is 1.4 MB smaller so.

import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, readdirSync, rmSync, rmdirSync, statSync, writeFileSync } from 'node:fs';
import { dirname, extname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { brotliCompressSync, brotliDecompressSync, constants, gunzipSync, gzipSync } from 'node:zlib';
import { licences } from './licences.mjs';

const here = dirname(fileURLToPath(import.meta.url));
const app = join(here, 'build');
const pages = join(here, 'pages');
const dist = join(here, '..', 'frontend_dist');

const COMPRESSIBLE = new Set(['.html', '.css', '.js', '.json', '.svg', '.txt', '.webmanifest', '.geojson']);
const TOO_SMALL = 512; // bytes; below this the headers outweigh what is saved
const KEEP_PLAIN = '.html';
const GZIP_ALONE = /^vendor\/(swagger-ui|redoc)\//;

const VENDOR = {
  'swagger-ui': {
    from: 'swagger-ui-dist',
    files: { 'swagger-ui-bundle.js': '', 'swagger-ui.css': '', LICENSE: 'LICENSE.txt', NOTICE: 'NOTICE.txt', 'swagger-ui-bundle.js.LICENSE.txt': '' },
  },
  // The 2.x line: 3.x sends traces of use to its maker and is twice the size.
  redoc: {
    from: 'redoc',
    files: { 'bundles/redoc.standalone.js': 'redoc.standalone.js', LICENSE: 'LICENSE.txt', 'bundles/redoc.standalone.js.LICENSE.txt': 'redoc.standalone.js.LICENSE.txt' },
  },
  // The outlines of the map of places, so that it asks no other host. The finer ones are read when one looks closer.
  'world-atlas': {
    from: 'world-atlas',
    files: { 'countries-110m.json': '', 'countries-50m.json': '', LICENSE: 'LICENSE.txt' },
  },
};

// What the bundles would fetch from another host. An image that cannot load is
// left out by ReDoc itself, and its credit in words stays.
const REWRITES = [['vendor/redoc/redoc.standalone.js', 'https://cdn.redoc.ly/redoc/logo-mini.svg', 'data:,']];

/** @returns {Map<string, Buffer>} every file of the site under its path */
function collect() {
  const files = new Map();
  for (const name of list(app).sort()) files.set(name, readFileSync(join(app, name)));
  for (const name of readdirSync(pages).sort()) files.set(name, readFileSync(join(pages, name)));
  for (const [name, { from, files: wanted }] of Object.entries(VENDOR)) {
    for (const [path, as] of Object.entries(wanted)) {
      files.set(`vendor/${name}/${as || path}`, stripMapLink(readFileSync(join(here, 'node_modules', from, path)), path));
    }
  }
  for (const [path, from, to] of REWRITES) {
    const parts = files.get(path).toString('utf8').split(from);
    if (parts.length !== 2) throw new Error(`${path}: expected ${from} once, found it ${parts.length - 1} times`);
    files.set(path, Buffer.from(parts.join(to)));
  }
  return files;
}

/** Source maps are not shipped; a link to one would be a 404 in every debugger. */
function stripMapLink(bytes, path) {
  if (!/\.(js|css)$/.test(path)) return bytes;
  return Buffer.from(bytes.toString('utf8').replace(/\n?\/[/*]# sourceMappingURL=[^\s*]+(?: ?\*\/)?\s*$/, '\n'));
}

/** Gives our own scripts and styles a name by content, and the pages that name. */
function hashNames(files) {
  const pages = [...files.keys()].filter((path) => path.endsWith('.html'));
  for (const [path, bytes] of [...files]) {
    // A service worker is known by its address, which must stay.
    if (path.includes('/') || !/\.(js|css)$/.test(path) || path === 'service-worker.js') continue;
    const hash = createHash('sha256').update(bytes).digest('base64url').slice(0, 10);
    const ext = extname(path);
    const hashed = `_app/immutable/${path.slice(0, -ext.length)}.${hash}${ext}`;
    let uses = 0;
    for (const page of pages) {
      const html = files.get(page).toString('utf8');
      const renamed = html.replaceAll(`"/${path}"`, `"/${hashed}"`);
      if (renamed !== html) uses++;
      files.set(page, Buffer.from(renamed));
    }
    if (uses === 0) throw new Error(`${path}: no page uses it`);
    files.delete(path);
    files.set(hashed, bytes);
  }
}

/** @returns {Map<string, Buffer>} what is written: plain files and their compressed forms */
function encode(files) {
  const out = new Map();
  for (const [path, bytes] of files) {
    const packed = COMPRESSIBLE.has(extname(path)) && bytes.length >= TOO_SMALL;
    if (!packed || extname(path) === KEEP_PLAIN) out.set(path, bytes);
    if (!packed) continue;
    if (!GZIP_ALONE.test(path)) out.set(`${path}.br`, reuse(`${path}.br`, bytes, brotliDecompressSync) ?? brotli(bytes));
    out.set(`${path}.gz`, reuse(`${path}.gz`, bytes, gunzipSync) ?? gzipSync(bytes, { level: 9 }));
  }
  return out;
}

const brotli = (bytes) =>
  brotliCompressSync(bytes, {
    params: {
      [constants.BROTLI_PARAM_QUALITY]: constants.BROTLI_MAX_QUALITY,
      [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length,
    },
  });

// Compressors differ between Node releases and processors. A committed form that
// inflates to the wanted bytes stays, so that a rebuild elsewhere changes nothing.
function reuse(path, bytes, inflate) {
  try {
    const old = readFileSync(join(dist, path));
    return inflate(old).equals(bytes) ? old : undefined;
  } catch {
    return undefined;
  }
}

function write(out) {
  for (const path of list(dist)) if (!out.has(path)) rmSync(join(dist, path));
  for (const [path, bytes] of out) {
    const target = join(dist, path);
    if (existsSync(target) && readFileSync(target).equals(bytes)) continue;
    mkdirSync(dirname(target), { recursive: true });
    writeFileSync(target, bytes);
  }
  dropEmpty(dist);
}

function list(dir) {
  if (!existsSync(dir)) return [];
  return readdirSync(dir, { recursive: true })
    .filter((name) => !statSync(join(dir, name)).isDirectory())
    .map((name) => relative(dir, join(dir, name)));
}

function dropEmpty(dir) {
  for (const entry of readdirSync(dir, { withFileTypes: true })) if (entry.isDirectory()) dropEmpty(join(dir, entry.name));
  if (dir !== dist && readdirSync(dir).length === 0) rmdirSync(dir);
}

/**
 * Names the first page's own files in index.html: without that the browser learns
 * of them only when the scripts before them have run, a round later.
 */
function preloadFirstPage(files) {
  const kit = join(here, '.svelte-kit');
  const manifest = JSON.parse(readFileSync(join(kit, 'output', 'client', '.vite', 'manifest.json'), 'utf8'));
  const nodes = join(kit, 'generated', 'client-optimized', 'nodes');
  const node = readdirSync(nodes).find((name) => readFileSync(join(nodes, name), 'utf8').includes('/src/routes/+page.svelte'));
  const key = `.svelte-kit/generated/client-optimized/nodes/${node}`;
  if (!manifest[key]) throw new Error('the first page is not in the manifest of the build');
  const wanted = new Map();
  const visit = (name) => {
    const { file, css = [], imports = [] } = manifest[name];
    if (wanted.has(file)) return;
    wanted.set(file, `<link rel="modulepreload" href="/${file}">`);
    for (const sheet of css) wanted.set(sheet, `<link rel="preload" as="style" href="/${sheet}">`);
    imports.forEach(visit);
  };
  visit(key);
  const html = files.get('index.html').toString('utf8');
  const links = [...wanted].filter(([file]) => !html.includes(file)).map(([, link]) => link);
  files.set('index.html', Buffer.from(html.replace('</head>', `${links.join('')}</head>`)));
}

const files = collect();
preloadFirstPage(files);
hashNames(files);
const out = encode(files);
write(out);
writeFileSync(join(here, 'licences.json'), `${JSON.stringify(await licences(here, Object.values(VENDOR)), null, 2)}\n`);
const total = [...out.values()].reduce((sum, bytes) => sum + bytes.length, 0);
console.log(`frontend_dist: ${out.size} files, ${(total / 1024).toFixed(0)} kB`);
