import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { createServer, type AddressInfo } from 'node:net';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { byChance, slowNetwork } from './slow';

const binary = resolve(process.env.UMBRA_BIN ?? '../umbra');

// A password hash at full cost is another test's matter.
const cheap = { UMBRA_ARGON2_MEMORY_KIB: '64', UMBRA_ARGON2_TIME: '1', UMBRA_ARGON2_PARALLELISM: '1' };

// How late requests and answers may come, in milliseconds; 0 leaves browser and server alone.
const late = Number(process.env.UMBRA_E2E_LATE ?? 0);

/** A port that was free just now. */
export async function freePort(): Promise<number> {
  const s = createServer();
  await new Promise<void>((ok) => s.listen(0, '127.0.0.1', ok));
  const { port } = s.address() as AddressInfo;
  await new Promise((ok) => s.close(ok));
  return port;
}

/** The real executable, in a data folder of its own. */
export class Server {
  url = '';
  /** What `serve` printed. */
  log = '';
  readonly folder = mkdtempSync(join(tmpdir(), 'umbra-e2e-'));
  #process: ChildProcess | undefined;
  #port = 0;
  #network: { port: number; end: () => void } | undefined;

  /**
   * settings are further ones, by their names in the environment. host is the name that browsers
   * know it by: passkeys want one, and localhost is one that needs no https.
   */
  constructor(
    readonly settings: Record<string, string> = {},
    readonly host: '127.0.0.1' | 'localhost' = '127.0.0.1',
  ) {}

  #env(): NodeJS.ProcessEnv {
    const own = Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith('UMBRA_') && name !== 'DATABASE_URL'));
    // Peers of tests listen on this machine.
    // Tests log in from many addresses, as a proxy would name them: the limit by address stays what it is.
    return { ...own, ...cheap, UMBRA_DATA_DIR: this.folder, UMBRA_TRUSTED_PROXIES: '127.0.0.1/32', UMBRA_OUTBOUND_ALLOW: '127.0.0.1', ...this.settings };
  }

  /** Starts it, or starts it again at the address it had. */
  async start(): Promise<void> {
    const named = this.url && !this.#network;
    const listen = `127.0.0.1:${named ? new URL(this.url).port : this.#port}`;
    const child = spawn(binary, ['serve', '--listen', listen], { env: this.#env(), stdio: ['ignore', 'pipe', 'pipe'] });
    this.#process = child;
    this.log = '';
    await new Promise<void>((ok, fail) => {
      const hear = (chunk: Buffer) => {
        this.log += chunk.toString();
        const address = /http:\/\/127\.0\.0\.1:\d+/.exec(this.log)?.[0];
        if (address) {
          this.#port = Number(new URL(address).port);
          if (!this.#network) this.url = address.replace('127.0.0.1', this.host);
          ok();
        } else if (this.url && /^ +open /m.test(this.log)) {
          ok(); // it names the address that people use; ours is known
        }
      };
      child.stdout.on('data', hear);
      child.stderr.on('data', hear);
      child.on('exit', (code) => fail(new Error(`umbra serve ended with ${code}: ${this.log}`)));
    });
    if (late > 0 && !named && !this.#network) {
      this.#network = await slowNetwork(() => this.#port, byChance(late));
      this.url = `http://${this.host}:${this.#network.port}`;
    }
    for (;;) {
      const up = await fetch(`${this.url}/api/ready`).catch(() => undefined);
      if (up?.ok) return;
      await new Promise((next) => setTimeout(next, 20));
    }
  }

  async stop(): Promise<void> {
    const child = this.#process;
    if (!child || child.exitCode !== null) return;
    child.removeAllListeners('exit');
    const gone = new Promise((ok) => child.once('exit', ok));
    child.kill('SIGTERM');
    await gone;
  }

  /** Runs a subcommand on the same data. */
  run(args: string[], input = ''): string {
    const done = spawnSync(binary, args, { env: this.#env(), input, encoding: 'utf8' });
    if (done.status !== 0) throw new Error(`umbra ${args.join(' ')}: ${done.status}: ${done.stderr}`);
    return done.stdout;
  }

  async remove(): Promise<void> {
    await this.stop();
    this.#network?.end();
    rmSync(this.folder, { recursive: true, force: true });
  }
}
