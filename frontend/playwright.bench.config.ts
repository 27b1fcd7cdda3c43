import base from './playwright.config';

// Not a test: figures. One at a time, so that nothing disturbs them.
export default { ...base, testDir: 'e2e/bench', testMatch: '*.ts', workers: 1, timeout: 300_000, projects: base.projects?.slice(0, 1) };
