package secret_test

import (
	"errors"
	"strings"
	"testing"
	"unicode/utf8"

	"umbra/app/fault"
	"umbra/app/secret"
)

func TestCheckPasswordRefuses(t *testing.T) {
	for _, tc := range []struct{ password, rule string }{
		{"", "too_short"},
		{"Xk9#mQ2!vB7", "too_short"},
		{"e\u0301e\u0301e\u0301e\u0301e\u0301e\u0301xyzw", "too_short"}, // ten characters, sixteen code points
		{strings.Repeat("Xk9#mQ2!", 17), "too_long"},
		{strings.Repeat("é", 1_000_000), "too_long"},
		{"aaaaaaaaaaaa", "few_characters"},
		{"abababcdcdab", "few_characters"},
		{"            ", "few_characters"},
		{"Password1234!", "common"},
		{"P@$$w0rd2024!!", "common"},
		{"p4ssw0rd123456", "common"},
		{"passwordpassword", "common"},
		{"password password", "common"},
		{"ｐａｓｓｗｏｒｄ１２３４", "common"},
		{"pässwörd12345", "common"},
		{"123456789012", "common"},
		{"qwertyuiop123", "common"},
		{"1qaz2wsx3edc", "common"},
		{"zaq12wsxcde34rfv", "common"},
		{"abcdefghijklmnop", "common"},
		{"monkey1234567", "common"},
		{"!!!Dragon2024!", "common"},
		{"letmein123456", "common"},
		{"iloveyou20252025", "common"},
		{"trustno1trustno1", "common"},
		{"correcthorsebatterystaple", "common"},
		{"пароль1234567", "common"},
		{"umbra-umbra-umbra", "common"},
		{"Anneliese.Kraus", "username"},
		{"anneliese.kraus1987", "username"},
		{"anneliese.kraus!!2025!!", "username"},
		{"2025anneliese.kraus", "username"},
		{"4nn3l1ese.kraus1", "username"},
		{"Xk9#mQ2!vB7\xff\xfe", "encoding"},
	} {
		strength, err := secret.CheckPassword("new_password", tc.password, "Anneliese.Kraus")
		var f *fault.Error
		if !errors.As(err, &f) || f.Kind != fault.Invalid || len(f.Fields) != 1 {
			t.Errorf("%.40q is taken (%v): %v", tc.password, strength, err)
			continue
		}
		if got := f.Fields[0]; got.Path != "new_password" || got.Rule != tc.rule || f.Code != "password_"+tc.rule {
			t.Errorf("%.40q: %+v, want %s", tc.password, got, tc.rule)
		}
		if strength > 1 || !strings.Contains(f.Message, "strength is: "+strength.String()) {
			t.Errorf("%.40q is %v: %s", tc.password, strength, f.Message)
		}
		if len(tc.password) > 2 && strings.Contains(f.Error()+f.Fields[0].Message, tc.password) {
			t.Errorf("the answer holds the password: %v", f)
		}
	}
}

func TestCheckPasswordTakes(t *testing.T) {
	for _, tc := range []struct {
		password string
		at       secret.Strength
	}{
		{"staple horse correct moss", 4},
		{"purple elephants dance quietly", 4},
		{"Xk9#mQ2!vB7z", 3},
		{"xkqjzvbwpmfh", 2},
		{"vX8$kLq29!mNw3&pRz", 4},
		{"Der Mond ist aufgegangen", 4},
		{"我喜歡在早上喝一杯熱咖啡", 4},
		{"sunny kraus anneliese boat", 4}, // holds the name, but is much more
		{"dragon 82741367", 2},
		{strings.Repeat("vX8$kLq2", 16), 3},
		{"e\u0301cole buissonnie\u0300re", 3},
	} {
		strength, err := secret.CheckPassword("password", tc.password, "anneliese.kraus")
		if err != nil || strength < tc.at {
			t.Errorf("%q: %v, %v, want at least %v", tc.password, strength, err, tc.at)
		}
	}
}

func TestStrengthRises(t *testing.T) {
	var last secret.Strength
	for _, p := range []string{"123456", "monkey77", "blue monkey", "blue monkey 4821 tin", "blue monkey 4821 tin roof Zx#"} {
		s, _ := secret.CheckPassword("password", p, "")
		if s < last {
			t.Errorf("%q is only %v", p, s)
		}
		last = s
	}
	if last != 4 || last.String() != "strong" || secret.Strength(0).String() != "very weak" {
		t.Errorf("the best is %v", last)
	}
}

func FuzzCheckPassword(f *testing.F) {
	f.Add("Password1234!", "anna")
	f.Add("correct horse battery staple", "")
	f.Add("\xff\x00é", "é")
	f.Fuzz(func(t *testing.T, password, username string) {
		_, err := secret.CheckPassword("password", password, username)
		if err != nil && !fault.Is(err, fault.Invalid) {
			t.Errorf("%q: %v", password, err)
		}
		if err == nil && (!utf8.ValidString(password) || len(password) < secret.MinPassword || strings.EqualFold(password, username)) {
			t.Errorf("%q is taken", password)
		}
	})
}

func BenchmarkCheckPassword(b *testing.B) {
	for name, p := range map[string]string{"usual": "staple horse correct moss", "longest": strings.Repeat("vX8$kLq2 mNw3pRz", 8)} {
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				_, _ = secret.CheckPassword("password", p, "anna")
			}
		})
	}
}
