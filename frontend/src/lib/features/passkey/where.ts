import { session } from '$lib/state/session.svelte';

/** Why there can be no passkeys here. */
export type Why = 'insecure' | 'browser' | 'no_public_url' | 'not_https' | 'not_a_name' | 'elsewhere';

/** What the page and the server know of where passkeys work. */
type Known = { secure: boolean; able: boolean; origin: string; server: { origin?: string; reason?: 'no_public_url' | 'not_https' | 'not_a_name' } };

/** Why there can be none, "" where there can. What whoever runs the server can mend comes first. */
export function whyNot({ secure, able, origin, server }: Known): Why | '' {
  if (!secure) return 'insecure';
  if (server.reason) return server.reason;
  if (server.origin !== origin) return 'elsewhere';
  return able ? '' : 'browser';
}

/** whyNot of this page. */
export function whyNotHere(): Why | '' {
  return whyNot({ secure: isSecureContext, able: 'PublicKeyCredential' in window, origin: location.origin, server: session.passkeys });
}
