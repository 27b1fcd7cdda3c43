import { defineConfig, devices } from '@playwright/test';
import { headless } from './e2e/browser';
import { zone } from './e2e/days';

const phone = devices['Pixel 7'];

export default defineConfig({
  testDir: 'e2e',
  outputDir: process.env.UMBRA_E2E_OUT ?? '../.cache/e2e',
  fullyParallel: true,
  workers: Number(process.env.UMBRA_E2E_WORKERS ?? 2),
  timeout: 45_000,
  expect: { timeout: 8_000 },
  // Traces cost a third of a run; who looks into a failure runs that test without CI.
  reporter: process.env.CI ? [['line']] : [['list']],
  use: { launchOptions: headless, locale: 'en-GB', timezoneId: zone, trace: process.env.CI ? 'off' : 'retain-on-failure', screenshot: 'only-on-failure' },
  projects: [
    { name: 'desk', use: { viewport: { width: 1440, height: 900 } } },
    { name: 'phone', use: { ...phone, viewport: { width: 390, height: 844 } } },
  ],
});
