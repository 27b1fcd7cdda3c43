import { expect, test } from 'vitest';
import { creation, made, request, shown, toBytes, toText } from './codec';

const bytes = (...n: number[]) => Uint8Array.from(n).buffer;

test('base64url goes both ways', () => {
  for (const [text, of] of [['', []], ['AA', [0]], ['-_8', [0xfb, 0xff]], ['AQID', [1, 2, 3]]] as const) {
    expect([...toBytes(text)]).toEqual(of);
    expect(toText(bytes(...of))).toBe(text);
  }
  expect([...toBytes('AA==')]).toEqual([0]);
});

test('what the server asks is what browsers take', () => {
  const made = creation({ challenge: 'AQID', rp: { id: 'umbra.example.org', name: 'Umbra' }, user: { id: '-_8', name: 'ada', displayName: 'ada' }, pubKeyCredParams: [{ type: 'public-key', alg: -7 }],
    excludeCredentials: [{ type: 'public-key', id: 'AA', transports: ['usb'] }] });
  expect(made.challenge).toEqual(Uint8Array.of(1, 2, 3));
  expect(made.user).toEqual({ id: Uint8Array.of(0xfb, 0xff), name: 'ada', displayName: 'ada' });
  expect(made.excludeCredentials).toEqual([{ type: 'public-key', id: Uint8Array.of(0), transports: ['usb'] }]);
  expect(made.rp.id).toBe('umbra.example.org');
  expect(request({ challenge: 'AA', rpId: 'umbra.example.org', userVerification: 'required' })).toEqual({ challenge: Uint8Array.of(0), rpId: 'umbra.example.org', userVerification: 'required', allowCredentials: [] });
});

test('what browsers answer is what the server takes', () => {
  const outer = { id: 'AQID', rawId: bytes(1, 2, 3), type: 'public-key', authenticatorAttachment: null, getClientExtensionResults: () => ({ credProps: { rk: true } }) };
  const said = { id: 'AQID', rawId: 'AQID', type: 'public-key', clientExtensionResults: { credProps: { rk: true } } };
  expect(made({ ...outer, response: { clientDataJSON: bytes(1), attestationObject: bytes(2) } } as unknown as PublicKeyCredential))
    .toEqual({ ...said, response: { clientDataJSON: 'AQ', attestationObject: 'Ag', transports: [] } }); // an old browser knows no transports
  expect(shown({ ...outer, response: { clientDataJSON: bytes(1), authenticatorData: bytes(2), signature: bytes(3), userHandle: null } } as unknown as PublicKeyCredential))
    .toEqual({ ...said, response: { clientDataJSON: 'AQ', authenticatorData: 'Ag', signature: 'Aw' } });
});
