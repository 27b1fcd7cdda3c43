import type { AuditEvent, EventKind } from '$lib/api/types';
import { device } from '$lib/features/settings/device';
import { t } from '$lib/i18n/index.svelte';

/** What one can look for, in groups; each kind is in one. */
export const groups = {
  logIns: ['log_in', 'passkey_used', 'log_out', 'log_in_failed', 'locked', 'step_up', 'step_up_failed', 'session_revoked', 'other_sessions_revoked'],
  credentials: [
    'password_changed', 'password_reset', 'second_factor_on', 'second_factor_off', 'passkey_added', 'passkey_removed', 'passkey_suspended', 'recovery_codes_made', 'recovery_code_used', 'identity_linked', 'identity_unlinked',
    'email_changed', 'channels_changed',
  ],
  tokens: ['token_created', 'token_revoked', 'token_new_address', 'feed_created', 'feed_revoked'],
  users: ['user_added', 'invitation_accepted', 'invited', 'password_link_made', 'invitation_revoked', 'user_disabled', 'user_enabled', 'user_unlocked', 'role_changed', 'user_deleted'],
} as const satisfies Record<string, EventKind[]>;

const worrying: ReadonlySet<EventKind> = new Set<EventKind>(['log_in_failed', 'locked', 'step_up_failed', 'recovery_code_used', 'passkey_suspended', 'token_new_address', 'password_link_made']);

/** Whether somebody should look twice. */
export const worries = (e: AuditEvent): boolean => worrying.has(e.kind);

/** What a client called itself, as people know it. */
export function client(agent: string): string {
  const d = device(agent);
  return d ? t.settings.security.device(d.browser, d.system) : agent.slice(0, 60) || t.settings.security.unknownDevice;
}

/** What it was about: a token's name, a role, a device. */
export function about(e: AuditEvent): string {
  if (e.detail === '') return '';
  if (e.kind === 'session_revoked') return client(e.detail);
  if (e.kind === 'role_changed') return t.users.roles[e.detail as keyof typeof t.users.roles] ?? e.detail;
  return e.detail;
}

/** From where, and by whom where that is somebody else than the account's own. */
export function whence(e: AuditEvent): string {
  const by = e.actor !== '' && e.actor !== e.username ? t.audit.by(e.actor) : '';
  const from = e.address === '' ? t.audit.onServer : `${client(e.user_agent)} · ${e.address}`;
  return [by, from].filter(Boolean).join(' · ');
}
