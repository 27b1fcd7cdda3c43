import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import adapter from '@sveltejs/adapter-static';
import { vitePreprocess } from '@sveltejs/vite-plugin-svelte';

// The version changes with the source and with nothing else, so that two builds
// of one source are equal.
function contentHash(...roots) {
  const hash = createHash('sha256');
  for (const root of roots) {
    const files = statSync(root).isDirectory() ? readdirSync(root, { recursive: true }).map((name) => join(root, name)) : [root];
    for (const file of files.sort()) if (!file.endsWith('schema.d.ts') && statSync(file).isFile()) hash.update(file).update(readFileSync(file));
  }
  return hash.digest('hex').slice(0, 12);
}

/** @type {import('@sveltejs/kit').Config} */
export default {
  preprocess: vitePreprocess({ script: false }),
  compilerOptions: { runes: ({ filename }) => (filename.includes('node_modules') ? undefined : true) },
  kit: {
    adapter: adapter({ pages: 'build', assets: 'build', fallback: 'index.html', strict: true }),
    version: { name: contentHash('src', 'static', 'package-lock.json') },
    paths: { relative: false },
    // Umbra registers it itself: only over https, and only when notifications ask for it.
    serviceWorker: { register: false },
  },
};
