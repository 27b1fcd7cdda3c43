//go:build ignore

// Gen_common writes common.txt.gz, sorted lines: the passwords people choose most, as password.go
// looks them up. Run it with `go generate ./app/secret` (it needs the network).
//
// Source: the 30,000 passwords that zxcvbn ships by falling frequency (Dropbox,
// MIT licence), checked by its hash. Each is folded like a candidate is, and
// what surrounds its first and last letter is cut off, because that is how a
// short one becomes one of twelve characters ("monkey" -> "Monkey123456!").
// Cores under five characters are left out: with so little they say nothing.
package main

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"encoding/hex"
	"io"
	"log"
	"net/http"
	"os"
	"slices"
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

const (
	source = "https://registry.npmjs.org/zxcvbn/-/zxcvbn-4.4.2.tgz"
	hash   = "0b3ebb60ec2df2340e1b8b70e4cb2657a3ceb192781d299310e7aceaa606cd22"
	most   = 12_000
)

// What the list does not have: this application's own words, and what people
// who do not speak English choose.
const extra = `umbra umbraadmin administrator adminadmin rootroot welcome welcomehome homeserver homelab
raspberry raspberrypi selfhosted nextcloud household familyfamily calendar reminder
passwort kennwort geheim hallo schatz motdepasse bonjour azerty soleil contraseña
hola teamo amormio senha senhasenha password123 parola wachtwoord geheim haslo polska losenord
salasana adgangskode jelszo heslo sifre пароль привет любовь йцукен наташа максим
contrase motpasse secret letmein letmeinplease trustnoone nevermind passphrase mypassword mypass
thisismypassword thepassword newpassword oldpassword nopassword
パスワード 密码 密碼 비밀번호 correcthorsebatterystaple opensesame abracadabra supercalifragilisticexpialidocious`

func main() {
	log.SetFlags(0)
	resp, err := http.Get(source)
	check(err)
	archive, err := io.ReadAll(resp.Body)
	check(err)
	if sum := sha256.Sum256(archive); hex.EncodeToString(sum[:]) != hash {
		log.Fatalf("%s has the hash %x", source, sum)
	}
	seen := map[string]bool{}
	var list []string
	add := func(word string) {
		word = strings.TrimFunc(fold(word), func(r rune) bool { return !unicode.IsLetter(r) })
		if !seen[word] {
			seen[word] = true
			list = append(list, word)
		}
	}
	for _, word := range strings.Fields(extra) {
		add(word)
	}
	for _, word := range passwords(archive) {
		if len(list) == most {
			break
		}
		if len(strings.TrimFunc(word, func(r rune) bool { return !unicode.IsLetter(r) })) >= 5 {
			add(word)
		}
	}
	slices.Sort(list)
	var out bytes.Buffer
	z, err := gzip.NewWriterLevel(&out, gzip.BestCompression)
	check(err)
	_, err = io.WriteString(z, strings.Join(list, "\n"))
	check(err)
	check(z.Close())
	check(os.WriteFile("common.txt.gz", out.Bytes(), 0o644))
	log.Printf("%d words, %d bytes", len(list), out.Len())
}

// fold must be what fold in password.go is.
func fold(s string) string {
	s = strings.Map(func(r rune) rune {
		if unicode.Is(unicode.Mn, r) {
			return -1
		}
		return unicode.ToLower(r)
	}, norm.NFKD.String(s))
	return norm.NFKC.String(s)
}

func passwords(archive []byte) []string {
	z, err := gzip.NewReader(bytes.NewReader(archive))
	check(err)
	for t := tar.NewReader(z); ; {
		h, err := t.Next()
		check(err)
		if h.Name != "package/lib/frequency_lists.js" {
			continue
		}
		b, err := io.ReadAll(t)
		check(err)
		_, rest, _ := strings.Cut(string(b), "passwords: \"")
		words, _, ok := strings.Cut(rest, "\"")
		if !ok {
			log.Fatal("the source has another form")
		}
		return strings.Split(words, ",")
	}
}

func check(err error) {
	if err != nil {
		log.Fatal(err)
	}
}
