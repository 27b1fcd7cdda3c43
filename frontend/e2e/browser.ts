import { existsSync } from 'node:fs';

// The browser is the machine's own (UMBRA_CHROMIUM, else Debian's place for it):
// nothing is downloaded, and what it would ask of other hosts is switched off.
const args = ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync'];

const shell = '/usr/bin/chromium-headless-shell';
const whole = process.env.UMBRA_CHROMIUM ?? '/usr/bin/chromium';

/** Chromium with all that people have, notifications among it. */
export const chromium = { executablePath: whole, args };

/** The same engine without windows, in which tests take a third less time; the whole one where it is not installed. */
export const headless = { executablePath: process.env.UMBRA_CHROMIUM ?? (existsSync(shell) ? shell : whole), args };
