package secret

import (
	"bytes"
	"compress/gzip"
	_ "embed"
	"fmt"
	"io"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"

	"umbra/app/fault"
)

// Lengths of a password in characters, after NFC normalisation.
const (
	MinPassword  = 12
	MaxPassword  = 128
	minDifferent = 5
)

//go:generate go run gen_common.go

//go:embed common.txt.gz
var commonList []byte

// CheckPassword applies the rules for a new password, and says how strong it is
// either way. A password that breaks one answers fault.Invalid with path as the
// field and one rule of: encoding, too_short, too_long, few_characters,
// username, common. Neither the password nor a part of it is in the answer.
func CheckPassword(path, password, username string) (Strength, error) {
	refuse := func(s Strength, rule, message string) (Strength, error) {
		f := fault.BadField(path, rule, message)
		f.Code = "password_" + rule
		f.Message = fmt.Sprintf("This password cannot be used: it %s. Its strength is: %s.", message, s)
		return s, f
	}
	if !utf8.ValidString(password) {
		return refuse(0, "encoding", "must be valid UTF-8")
	}
	if len(password) > MaxPassword*utf8.UTFMax*4 { // before any work on it
		return refuse(0, "too_long", fmt.Sprintf("must have at most %d characters", MaxPassword))
	}
	chars := []rune(norm.NFC.String(password))
	if len(chars) > MaxPassword {
		return refuse(0, "too_long", fmt.Sprintf("must have at most %d characters", MaxPassword))
	}
	words := loadCommon()
	folded := fold(password)
	bits := words.estimate(folded) + capitals(chars)
	strength := strengthOf(bits)
	switch {
	case len(chars) < MinPassword:
		return refuse(min(strength, 1), "too_short", fmt.Sprintf("must have at least %d characters", MinPassword))
	case different(chars) < minDifferent:
		return refuse(0, "few_characters", fmt.Sprintf("must have at least %d different characters", minDifferent))
	case isName(folded, fold(username)):
		return refuse(0, "username", "must not be the user name, or the user name with something added")
	case strength == 0 || words.common(folded):
		return refuse(0, "common", "must not be one of the passwords that are tried first: a common one, or a sequence")
	}
	return strength, nil
}

// capitals is worth little: most are the first letter, or all of them.
func capitals(chars []rune) float64 {
	n := 0
	for _, r := range chars {
		if unicode.IsUpper(r) {
			n++
		}
	}
	if n == 0 || n == len(chars) {
		return float64(min(n, 1))
	}
	return 1 + 0.8*float64(min(n, len(chars)-n)-1)
}

func different(chars []rune) int {
	sorted := slices.Sorted(slices.Values(chars))
	return len(slices.Compact(sorted))
}

// fold takes away what does not make a word another word: case, accents, width.
func fold(s string) string {
	s = strings.Map(func(r rune) rune {
		if unicode.Is(unicode.Mn, r) {
			return -1
		}
		return unicode.ToLower(r)
	}, norm.NFKD.String(s))
	return norm.NFKC.String(s)
}

// isName: the name itself, repeated, written with digits for letters, or with
// anything but letters around it.
func isName(folded, name string) bool {
	if name == "" {
		return false
	}
	for _, spelled := range spellings(folded) {
		for _, unit := range []string{spelled, period(spelled)} {
			unit = strings.Trim(unit, " ")
			rest, ok := strings.CutPrefix(unit, name)
			if ok && strings.TrimLeftFunc(rest, notLetter) == "" {
				return true
			}
			rest, ok = strings.CutSuffix(unit, name)
			if ok && strings.TrimRightFunc(rest, notLetter) == "" {
				return true
			}
			if core := strings.TrimFunc(unit, notLetter); core == name {
				return true
			}
		}
	}
	return false
}

// wordList is the embedded list, sorted. It is unpacked for each check, about
// a millisecond, because passwords are set so seldom that the memory is better free.
type wordList []string

func loadCommon() wordList {
	z, err := gzip.NewReader(bytes.NewReader(commonList))
	if err != nil {
		panic(err) // it is part of the binary
	}
	b, err := io.ReadAll(z)
	if err != nil {
		panic(err)
	}
	return strings.Split(string(b), "\n")
}

func (l wordList) has(s string) bool {
	_, ok := slices.BinarySearch(l, s)
	return ok
}

// common: a listed word, or one with little around it ("Password1234!"), with
// look-alikes in it ("P@$$w0rd2024"), or said again and again.
func (l wordList) common(folded string) bool {
	for _, s := range spellings(folded) {
		if l.has(s) {
			return true
		}
		for _, unit := range []string{s, period(s)} {
			core := strings.TrimFunc(unit, notLetter)
			if core == "" || !l.has(core) {
				continue
			}
			head, tail, _ := strings.Cut(unit, core)
			if l.estimate(head+tail) < 25 {
				return true
			}
		}
	}
	return false
}

var lookalikes = []*strings.Replacer{
	strings.NewReplacer("0", "o", "1", "i", "3", "e", "4", "a", "5", "s", "7", "t", "8", "b", "@", "a", "$", "s", "!", "i", "€", "e", "|", "l"),
	strings.NewReplacer("0", "o", "1", "l", "3", "e", "4", "a", "5", "s", "7", "t", "8", "b", "@", "a", "$", "s", "!", "i", "€", "e", "|", "l"),
}

// spellings are s, and s with its look-alikes read as letters. What follows the
// last letter, or goes before the first, stays as it is: there they are digits.
func spellings(s string) []string {
	out := []string{s}
	first := strings.IndexFunc(s, unicode.IsLetter)
	last := strings.LastIndexFunc(s, unicode.IsLetter)
	if first < 0 {
		return out
	}
	_, size := utf8.DecodeRuneInString(s[last:])
	last += size
	for _, r := range lookalikes {
		out = append(out, s[:first]+r.Replace(s[first:last])+s[last:], r.Replace(s[:last])+s[last:])
	}
	return out
}

// period is the shortest piece that s repeats, the last time perhaps cut
// short: "abcabcab" -> "abc". It is s itself when s does not repeat.
func period(s string) string {
	for n := 1; n <= (len(s)+1)/2 && n < len(s); n++ {
		if s[n:] == s[:len(s)-n] {
			return s[:n]
		}
	}
	return s
}
