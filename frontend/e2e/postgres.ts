import { spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';

/** The server that `make test-e2e` starts for those tests that want to see both engines. */
export const postgres = process.env.UMBRA_TEST_POSTGRES;

function run(command: string) {
  const done = spawnSync('psql', [postgres ?? '', '-qc', command], { encoding: 'utf8' });
  if (done.status !== 0) throw new Error(`psql: ${done.error ?? done.stderr}`);
}

/** A schema of a test's own: its address, and how it goes away. */
export function schema(): { address: string; drop: () => void } {
  const name = `e2e_${randomBytes(6).toString('hex')}`;
  run(`CREATE SCHEMA ${name}`);
  const address = new URL(postgres ?? '');
  address.searchParams.set('search_path', name);
  return { address: address.href, drop: () => run(`DROP SCHEMA ${name} CASCADE`) };
}
