// The JSON of WebAuthn (level 3, section 5.1.8 and 5.1.9), read and written here: browsers of
// two years ago cannot, and password managers that stand in for theirs often cannot either.

type Described = { type: PublicKeyCredentialType; id: string; transports?: AuthenticatorTransport[] };

/** What the server asks of navigator.credentials.create. */
export type CreationJSON = Omit<PublicKeyCredentialCreationOptions, 'challenge' | 'user' | 'excludeCredentials'> & {
  challenge: string;
  user: { id: string; name: string; displayName: string };
  excludeCredentials?: Described[];
};

/** What the server asks of navigator.credentials.get. */
export type RequestJSON = Omit<PublicKeyCredentialRequestOptions, 'challenge' | 'allowCredentials'> & { challenge: string; allowCredentials?: Described[] };

/** Reads base64url, with or without padding. */
export function toBytes(text: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(atob(text.replace(/-/g, '+').replace(/_/g, '/').replace(/=+$/, '')), (c) => c.charCodeAt(0));
}

/** Writes base64url, without padding. */
export function toText(bytes: ArrayBuffer): string {
  return btoa(String.fromCharCode(...new Uint8Array(bytes))).replace(/\+/g, '-').replace(/\//g, '_').replace(/=+$/, '');
}

const described = (all: Described[] = []) => all.map((one) => ({ ...one, id: toBytes(one.id) }));

export function creation(json: CreationJSON): PublicKeyCredentialCreationOptions {
  return { ...json, challenge: toBytes(json.challenge), user: { ...json.user, id: toBytes(json.user.id) }, excludeCredentials: described(json.excludeCredentials) };
}

export function request(json: RequestJSON): PublicKeyCredentialRequestOptions {
  return { ...json, challenge: toBytes(json.challenge), allowCredentials: described(json.allowCredentials) };
}

const outer = (credential: PublicKeyCredential) => ({
  id: credential.id,
  rawId: toText(credential.rawId),
  type: credential.type,
  clientExtensionResults: credential.getClientExtensionResults(),
  ...(credential.authenticatorAttachment && { authenticatorAttachment: credential.authenticatorAttachment }),
});

/** A passkey that was made, as the server takes it. */
export function made(credential: PublicKeyCredential) {
  const r = credential.response as AuthenticatorAttestationResponse;
  return { ...outer(credential), response: { clientDataJSON: toText(r.clientDataJSON), attestationObject: toText(r.attestationObject), transports: r.getTransports?.() ?? [] } };
}

/** A passkey that was used, as the server takes it. */
export function shown(credential: PublicKeyCredential) {
  const r = credential.response as AuthenticatorAssertionResponse;
  return {
    ...outer(credential),
    response: {
      clientDataJSON: toText(r.clientDataJSON),
      authenticatorData: toText(r.authenticatorData),
      signature: toText(r.signature),
      ...(r.userHandle && { userHandle: toText(r.userHandle) }),
    },
  };
}
