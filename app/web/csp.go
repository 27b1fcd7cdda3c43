package web

import (
	"crypto/sha256"
	"encoding/base64"
	"regexp"
	"strings"
)

// lockedPolicy is for every answer that is no file of the interface. What
// somebody stored here and opens in a tab can load nothing and run nothing.
const lockedPolicy = "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"

// policy is the sources that a page may name, in the order they are written.
type policy struct {
	script, style, img, worker string
}

var strict = policy{
	script: "'self'",
	style:  "'self'",
	img:    "'self' data: blob:",
	worker: "'self'",
}

// widened are the pages that need more. ReDoc writes style elements, and its
// search runs in a worker that it makes from a blob; Swagger UI needs nothing.
var widened = map[string]policy{
	"redoc.html": {
		script: strict.script,
		style:  "'self' 'unsafe-inline'",
		img:    strict.img,
		worker: "'self' blob:",
	},
}

func (p policy) String() string {
	return "default-src 'self'; script-src " + p.script +
		"; style-src " + p.style +
		"; img-src " + p.img +
		"; worker-src " + p.worker +
		"; connect-src 'self'; font-src 'self'; manifest-src 'self'" +
		"; object-src 'none'; frame-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
}

// pagePolicy is the policy of a page: strict, with the hash of each script that
// is written in it.
func pagePolicy(name string, html []byte) string {
	p, ok := widened[name]
	if !ok {
		p = strict
	}
	for _, hash := range scriptHashes(html) {
		p.script += " '" + hash + "'"
	}
	return p.String()
}

var (
	scriptElement = regexp.MustCompile(`(?is)<script\b([^>]*)>(.*?)</script\s*>`)
	srcAttribute  = regexp.MustCompile(`(?i)\ssrc\s*=`)
)

// scriptHashes are the sources, in the form of CSP, of the scripts in a page.
// Browsers hash the text after turning CR LF into LF, as the HTML parser does.
func scriptHashes(html []byte) []string {
	var hashes []string
	for _, m := range scriptElement.FindAllSubmatch(html, -1) {
		if srcAttribute.Match(m[1]) {
			continue
		}
		text := strings.NewReplacer("\r\n", "\n", "\r", "\n").Replace(string(m[2]))
		sum := sha256.Sum256([]byte(text))
		hashes = append(hashes, "sha256-"+base64.StdEncoding.EncodeToString(sum[:]))
	}
	return hashes
}
