package notify

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/ecdh"
	"crypto/hkdf"
	"crypto/sha256"
	"encoding/binary"
)

// pushRecord is the record size that is said; one record holds all. Push
// services take bodies of at least 4096 bytes (RFC 8030 section 7.2).
const pushRecord = 4096

// maxPushText is what one record carries: the body less salt, sizes, our key,
// the delimiter and the tag.
const maxPushText = pushRecord - (16 + 4 + 1 + 65) - 1 - 16

// encryptPush encrypts for one browser (RFC 8291, with the content coding
// aes128gcm of RFC 8188). salt, 16 bytes, and ours, a fresh key, are never used
// twice.
func encryptPush(text []byte, t PushTarget, ours *ecdh.PrivateKey, salt []byte) ([]byte, error) {
	theirs, err := ecdh.P256().NewPublicKey(t.P256DH)
	if err != nil {
		return nil, err
	}
	shared, err := ours.ECDH(theirs)
	if err != nil {
		return nil, err
	}
	public := ours.PublicKey().Bytes()
	info := "WebPush: info\x00" + string(theirs.Bytes()) + string(public)
	ikm, err := hkdf.Key(sha256.New, shared, t.Auth, info, 32)
	if err != nil {
		return nil, err
	}
	key, err := hkdf.Key(sha256.New, ikm, salt, "Content-Encoding: aes128gcm\x00", 16)
	if err != nil {
		return nil, err
	}
	nonce, err := hkdf.Key(sha256.New, ikm, salt, "Content-Encoding: nonce\x00", 12)
	if err != nil {
		return nil, err
	}
	block, err := aes.NewCipher(key)
	if err != nil {
		return nil, err
	}
	gcm, err := cipher.NewGCM(block)
	if err != nil {
		return nil, err
	}
	out := append([]byte{}, salt...)
	out = binary.BigEndian.AppendUint32(out, pushRecord)
	out = append(out, byte(len(public)))
	out = append(out, public...)
	return gcm.Seal(out, nonce, append(append([]byte{}, text...), 2), nil), nil // 2: the last record
}
