import base from './playwright.config';

// Not a test: pictures to open and look at.
export default { ...base, testDir: 'e2e/look', testMatch: '*.ts', fullyParallel: false, timeout: 300_000 };
