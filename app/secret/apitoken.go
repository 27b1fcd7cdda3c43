package secret

import (
	"crypto/rand"
	"hash/crc32"
	"strings"
)

// APITokenPrefix begins each API token, so that people and secret scanners know
// one when they see it.
const APITokenPrefix = "umbra_pat_" //nolint:gosec // how tokens begin is no secret

const (
	base62      = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
	randomChars = 43 // log2(62) * 43 = 256 bits
	sumChars    = 6  // of CRC-32
)

// NewAPIToken is a token of 256 random bits: the prefix, 43 letters and digits,
// and 6 more that are the CRC-32 of all before (as GitHub's are), so that a
// mistyped one is told from a wrong one without asking the database.
func NewAPIToken() string {
	b := []byte(APITokenPrefix)
	var random [64]byte
	for len(b) < len(APITokenPrefix)+randomChars {
		_, _ = rand.Read(random[:])
		for _, x := range random {
			// 248 is four times 62: the rest would make some characters likelier.
			if x < 248 && len(b) < len(APITokenPrefix)+randomChars {
				b = append(b, base62[x%62])
			}
		}
	}
	return string(b) + apiTokenSum(string(b))
}

// IsAPIToken says whether a text has the form of an API token, checksum
// included. It says nothing about whether there is one.
func IsAPIToken(s string) bool {
	if len(s) != len(APITokenPrefix)+randomChars+sumChars || !strings.HasPrefix(s, APITokenPrefix) {
		return false
	}
	head := s[:len(s)-sumChars]
	for _, r := range head[len(APITokenPrefix):] {
		if !strings.ContainsRune(base62, r) {
			return false
		}
	}
	return s[len(head):] == apiTokenSum(head)
}

func apiTokenSum(head string) string {
	n := crc32.ChecksumIEEE([]byte(head))
	var sum [sumChars]byte
	for i := sumChars - 1; i >= 0; i-- {
		sum[i] = base62[n%62]
		n /= 62
	}
	return string(sum[:])
}
