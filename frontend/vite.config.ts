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

export default defineConfig({
  plugins: [withoutInlineStyle, sveltekit()],
  build: {
    target: ['chrome119', 'firefox128', 'safari16.4'],
    // Everything comes from the same host, over one connection: a data: URL saves nothing.
    assetsInlineLimit: 0,
    chunkSizeWarningLimit: 400,
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
