import { api, onUnauthenticated, send } from '$lib/api/client';
import type { PasskeysAt, User } from '$lib/api/types';

type State = 'unknown' | 'setup' | 'out' | 'in' | 'expired';

/** Who is signed in. */
class Session {
  state = $state<State>('unknown');
  user = $state.raw<User>();
  /** Set-up asks for the code that the server printed. */
  codeRequired = $state(false);
  /** Where else people may have an identity to sign in by. */
  provider = $state.raw<{ name: string }>();
  /** Where the stream of changes stood before anything was read; "" when that is not known. */
  position = '';
  /** Where passkeys work, or why they cannot. */
  passkeys = $state.raw<PasskeysAt>({});
  #waiting: (() => void)[] = [];

  /** Asks the server who we are. */
  async load(): Promise<void> {
    const { data } = await send(api.GET('/api/auth/status'));
    this.codeRequired = data.setup_code_required;
    this.provider = data.identity_provider;
    this.position = data.live_position ?? '';
    this.passkeys = data.passkeys;
    if (data.user) this.entered(data.user);
    else if (this.state !== 'expired') this.state = data.setup_required ? 'setup' : 'out';
  }

  /** Somebody has signed in. Whoever waited for that goes on, if it is the same person. */
  entered(user: User): void {
    if (this.user && this.user.id !== user.id) {
      location.reload(); // nothing of the one before stays on the screen
      return;
    }
    this.user = user;
    this.state = 'in';
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const go of waiting) go();
  }

  /** The session has ended elsewhere: the page stays as it is, behind a log-in. */
  expired = (): Promise<void> => {
    if (this.state === 'out' || this.state === 'setup') return new Promise(() => {});
    return this.#renewed().then((renewed) => {
      if (renewed) return;
      this.state = this.state === 'in' || this.state === 'expired' ? 'expired' : 'out';
      return new Promise((resolve) => this.#waiting.push(resolve));
    });
  };

  /** Whether only the token was another: a proof renews it while requests are under way. */
  async #renewed(): Promise<boolean> {
    if (this.state !== 'in') return false;
    const { data } = await send(api.GET('/api/auth/status')).catch(() => ({ data: undefined }));
    return data?.user !== undefined && data.user.id === this.user?.id;
  }

  async logOut(): Promise<void> {
    await send(api.POST('/api/auth/logout'));
    localStorage.removeItem('umbra.look'); // the next person's page asks for nothing of this one's
    location.assign('/'); // from the start, with nothing in memory
  }
}

export const session = new Session();
onUnauthenticated(session.expired);
