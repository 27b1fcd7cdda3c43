// Reads a Web Push request as a browser and its push service would, with code
// that is not ours: http_ece decrypts (RFC 8291), Node verifies the token (RFC 8292).
const { createRequire } = require('node:module');
const crypto = require('node:crypto');
const ece = createRequire(process.argv[2] + '/package.json')('http_ece');

const { body, privateKey, auth, authorization } = JSON.parse(require('node:fs').readFileSync(0, 'utf8'));
const browser = crypto.createECDH('prime256v1');
browser.setPrivateKey(Buffer.from(privateKey, 'base64'));
const text = ece.decrypt(Buffer.from(body, 'base64'), { version: 'aes128gcm', privateKey: browser, authSecret: auth });

const [, token, key] = /^vapid t=([^,]+), k=(.+)$/.exec(authorization);
const [head, claims, signature] = token.split('.');
const point = Buffer.from(key, 'base64url');
const jwk = { kty: 'EC', crv: 'P-256', x: point.subarray(1, 33).toString('base64url'), y: point.subarray(33).toString('base64url') };
const good = crypto.verify('sha256', Buffer.from(`${head}.${claims}`), { key: crypto.createPublicKey({ key: jwk, format: 'jwk' }), dsaEncoding: 'ieee-p1363' }, Buffer.from(signature, 'base64url'));
const parse = (part) => JSON.parse(Buffer.from(part, 'base64url').toString());
process.stdout.write(JSON.stringify({ text: text.toString('utf8'), good, head: parse(head), claims: parse(claims), key }));
