package secret

import (
	"math"
	"slices"
	"strings"
	"unicode"
)

// Strength says how hard a password is to guess, from 0 (very weak) to 4 (strong).
type Strength int

var strengthWords = [...]string{"very weak", "weak", "fair", "good", "strong"}

// String is the strength in words.
func (s Strength) String() string { return strengthWords[min(max(s, 0), 4)] }

// strengthOf rates an estimate in bits.
func strengthOf(bits float64) Strength {
	for s, limit := range []float64{tooEasy, 30, 42, 55} {
		if bits < limit {
			return Strength(s)
		}
	}
	return 4
}

// tooEasy is what a few tries find: nothing but a sequence, a date, one word.
const tooEasy = 20

// sequences are what fingers and habit make; runs along them, either way, are cheap.
var sequences = func() []string {
	seq := []string{
		"qwertyuiop[]", "asdfghjkl;'", "zxcvbnm,./", "qwertzuiopü", "azertyuiop", "1234567890-=", "йцукенгшщзхъ",
		"1qaz2wsx3edc4rfv5tgb6yhn7ujm8ik,9ol.0p;/", "1q2w3e4r5t6y7u8i9o0p", "q1w2e3r4t5y6u7i8o9p0",
		"qazwsxedcrfvtgbyhnujmikolp", "zaq12wsxcde34rfvbgt56yhnmju78ik,", "!@#$%^&*()",
	}
	for _, s := range seq {
		r := []rune(s)
		slices.Reverse(r)
		seq = append(seq, string(r))
	}
	return seq
}()

// estimate guesses how many bits of choice a folded password holds: the
// cheapest way to spell it out of common words, sequences, years, repeats of
// itself and single characters. The same idea as zxcvbn, in small.
func (l wordList) estimate(folded string) float64 {
	r := []rune(folded)
	best := make([]float64, len(r)+1)
	for end := 1; end <= len(r); end++ {
		best[end] = best[end-1] + charBits(r[end-1])
		for start := end - 3; start >= 0; start-- {
			if bits, ok := l.pattern(r, start, end); ok {
				best[end] = min(best[end], best[start]+bits)
			}
		}
	}
	return best[len(r)]
}

// charBits is less than a random character has: what people type is not random.
func charBits(r rune) float64 {
	switch {
	case r >= '0' && r <= '9', r >= 'a' && r <= 'z':
		return 3.3
	case r < 0x80:
		return 5
	}
	return 6
}

// pattern is the cost of r[start:end] when it is something other than single characters.
func (l wordList) pattern(r []rune, start, end int) (bits float64, ok bool) {
	s := string(r[start:end])
	long := math.Log2(float64(end - start))
	switch {
	case steps(r[start:end]), inSequence(s):
		return 4 + long, true
	case len(s) == 4 && (s[:2] == "19" || s[:2] == "20") && isDigit(s[2]) && isDigit(s[3]):
		return 6, true
	case strings.Contains(string(r[:start]), s):
		return 3 + long, true
	case end-start <= 24 && l.has(s):
		return 13.5, true
	}
	return 0, false
}

// steps: aaaa, abcd, 4321.
func steps(r []rune) bool {
	d := r[1] - r[0]
	if d < -1 || d > 1 {
		return false
	}
	for i := 2; i < len(r); i++ {
		if r[i]-r[i-1] != d {
			return false
		}
	}
	return true
}

func inSequence(s string) bool {
	return slices.ContainsFunc(sequences, func(seq string) bool { return strings.Contains(seq, s) })
}

func isDigit(b byte) bool { return b >= '0' && b <= '9' }

func notLetter(r rune) bool { return !unicode.IsLetter(r) }
