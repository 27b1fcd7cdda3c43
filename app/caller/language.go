package caller

import "strings"

// German says that a language tag (RFC 5646) is German, the one language beside
// English in which the server speaks: by its primary subtag, in letters of any case.
func German(tag string) bool {
	primary, _, _ := strings.Cut(tag, "-")
	return strings.EqualFold(primary, "de")
}
