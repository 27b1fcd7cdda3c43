import { api, send, type Sent } from '$lib/api/client';
import { asProblem, type Problem } from '$lib/api/problem';
import type { Invitation, Listed } from '$lib/api/types';
import { t } from '$lib/i18n/index.svelte';
import { complain } from '$lib/state/act';
import { everyPage } from '$lib/state/joined';
import { session } from '$lib/state/session.svelte';
import { toasts } from '$lib/state/toasts.svelte';

const lookAgain = 15_000; // ms

/** Who has an account here, and who was invited. Users are in nobody's stream of changes: this asks again while it is looked at. */
export class Household {
  users = $state.raw<Listed[]>();
  invitations = $state.raw<Invitation[]>([]);
  problem = $state.raw<Problem>();
  #run = 0;

  /** Reads all, and again now and then; returns how to stop. */
  open(): () => void {
    void this.load();
    const look = () => {
      if (!document.hidden) void this.load();
    };
    const timer = setInterval(look, lookAgain);
    addEventListener('focus', look);
    document.addEventListener('visibilitychange', look);
    return () => {
      clearInterval(timer);
      removeEventListener('focus', look);
      document.removeEventListener('visibilitychange', look);
    };
  }

  load = async (): Promise<void> => {
    const run = ++this.#run;
    try {
      const [users, invitations] = await Promise.all([
        everyPage((cursor) => send(api.GET('/api/users', { params: { query: { limit: 500, ...(cursor && { cursor }) } } })), (u) => u.id),
        everyPage((cursor) => send(api.GET('/api/invitations', { params: { query: { limit: 500, ...(cursor && { cursor }) } } })), (i) => i.id),
      ]);
      if (run !== this.#run) return;
      this.users = users;
      this.invitations = invitations;
      this.problem = undefined;
    } catch (thrown) {
      if (run === this.#run) this.problem = asProblem(thrown);
    }
  };

  /** Shuts a user out, or lets them in again; that can be taken back, but for what has ended with it. */
  disable = (u: Listed, disabled: boolean): Promise<void> =>
    this.#change(u, { disabled }, disabled ? t.users.disabledNow(u.username) : t.users.enabledNow(u.username), () => this.disable(u, !disabled));

  setRole = (u: Listed, role: Listed['role']): Promise<void> =>
    this.#change(u, { role }, role === 'admin' ? t.users.nowAdmin(u.username) : t.users.nowUser(u.username), () => this.setRole(u, u.role));

  unlock = async (u: Listed): Promise<void> => {
    await this.#act(() => send(api.POST('/api/users/{id}/unlock', { params: { path: { id: u.id } } })), t.users.unlocked(u.username));
  };

  /** Deletes a user for good. */
  delete = async (u: Listed): Promise<void> => {
    await this.#act(() => send(api.DELETE('/api/users/{id}', { params: { path: { id: u.id } } })), t.users.deleted(u.username), { ends: u });
  };

  revoke = async (i: Invitation): Promise<void> => {
    await this.#act(() => send(api.DELETE('/api/invitations/{id}', { params: { path: { id: i.id } } })), t.users.revoked);
  };

  async #change(u: Listed, body: { role?: Listed['role']; disabled?: boolean }, said: string, back: () => Promise<void>): Promise<void> {
    const done = await this.#act(() => send(api.PATCH('/api/users/{id}', { params: { path: { id: u.id } }, body })), said, { back, ...(body.disabled && { ends: u }) });
    if (done && body.role && u.id === session.user?.id) await session.load(); // what an administrator sees is there no more
  }

  /** `back` takes it back; `ends` is whose sessions it ends: who did that to themselves goes to the log-in. */
  async #act(request: () => Promise<Sent<unknown>>, said: string, { back, ends }: { back?: () => Promise<void>; ends?: Listed } = {}): Promise<boolean> {
    try {
      await request();
    } catch (thrown) {
      complain(asProblem(thrown));
      await this.load();
      return false;
    }
    if (ends && ends.id === session.user?.id) {
      location.assign('/');
      return true;
    }
    toasts.say(said, back && { label: t.common.undo, run: back });
    await this.load();
    return true;
  }
}
