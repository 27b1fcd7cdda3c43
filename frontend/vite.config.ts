import { writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { sveltekit } from '@sveltejs/kit/vite';
import type { Plugin } from 'vite';
import { defineConfig } from 'vitest/config';

/** Kit's announcer for screen readers is hidden by an inline style, which our Content-Security-Policy refuses; app.css hides it. */
const withoutInlineStyle: Plugin = {
  name: 'announcer-without-inline-style',
  enforce: 'pre',
  transform(code, id) {
    if (!/generated\/root\.svelte$/.test(id)) return undefined;
    const out = code.replace(/(id="svelte-announcer"[^>]*?) style="[^"]*"/, '$1');
    if (out === code) this.error('the announcer has no inline style any more: this plugin can go');
    return out;
  },
};

/** Writes down which modules the interface really carries, for the list of their licences (licences.mjs). */
const carried: Plugin = {
  name: 'carried-modules',
  applyToEnvironment: ({ name }) => name === 'client',
  writeBundle(_, bundle) {
    const ids = new Set<string>();
    for (const part of Object.values(bundle)) {
      if (part.type === 'asset') part.originalFileNames.forEach((name) => ids.add(resolve(name)));
      else for (const [id, { renderedLength }] of Object.entries(part.modules)) if (renderedLength > 0) ids.add(id);
    }
    writeFileSync('.svelte-kit/carried.json', JSON.stringify([...ids]));
  },
};

/** What every page needs comes as one file: a browser asks for six at a time, and over a slow line each further round costs. */
const core = [
  /node_modules\/(svelte|@sveltejs\/kit|esm-env|clsx|devalue|openapi-fetch|@internationalized\/date|@swc\/helpers)\//,
  /node_modules\/@lucide\/svelte\/dist\/(Icon|context|defaultAttributes|utils)/,
  /src\/lib\/(api|state|time|command)\//,
  /src\/lib\/i18n\/(index|en\/)/,
  /src\/lib\/ui\/(Button|Conflict|Empty|Failed|Field|Mark|Page|Sheet|Skeleton|Tick|Toasts)\.svelte/,
  /src\/lib\/features\/shell\/(Shell|Offline|commands|places|shell)\./,
];

export default defineConfig({
  plugins: [withoutInlineStyle, sveltekit(), carried],
  build: {
    target: ['chrome119', 'firefox128', 'safari16.4'],
    // Everything comes from the same host, over one connection: a data: URL saves nothing.
    assetsInlineLimit: 0,
    chunkSizeWarningLimit: 400,
    rolldownOptions: { output: { codeSplitting: { groups: [{ name: 'core', test: (id) => core.some((part) => part.test(id)) && !id.includes('.test.') }] } } },
  },
  worker: { format: 'es' },
  server: {
    port: 5173,
    proxy: Object.fromEntries(
      ['/api', '/docs', '/redoc', '/vendor', '/openapi.json', '/openapi.yaml'].map((path) => [
        path,
        { target: process.env.UMBRA_DEV_SERVER ?? 'http://127.0.0.1:8000', changeOrigin: false },
      ]),
    ),
  },
  // Components are tested as a browser compiles them, not as a server does.
  resolve: process.env.VITEST ? { conditions: ['browser'] } : undefined,
  test: { include: ['src/**/*.test.ts'], environment: 'node' },
});
