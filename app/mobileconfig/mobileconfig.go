// Package mobileconfig writes Apple's configuration profiles: property lists by
// which an iPhone, iPad or Mac sets something up by itself.
package mobileconfig

import (
	"bytes"
	"crypto/sha1" //nolint:gosec // names a profile, protects nothing
	"encoding/base64"
	"encoding/hex"
	"encoding/xml"
	"fmt"
	"strings"
)

// Type is the media type of a profile.
const Type = "application/x-apple-aspen-config"

// Profile is a configuration profile. Its identifiers follow from Family and Of:
// loaded again, also with other content, it replaces itself.
type Profile struct {
	Family      string // what it is, like umbra.sync
	Of          string // what it is for, any text
	Name        string // shown when it is loaded, as are the two below
	Description string
	Maker       string
	Payloads    []Payload
}

// Payload is one thing that a profile sets up.
type Payload struct {
	Type string // Apple's name for it
	Part string // tells it from the profile's other payloads
	Name string
	Keys []Key
}

// Key is a setting of a payload; the value is a string, int, bool or []byte.
type Key struct {
	Name  string
	Value any
}

// uuid is a UUID of version 5 (RFC 9562 section 5.5) in a name space of our own.
func uuid(text string) string {
	sum := sha1.Sum([]byte(text)) //nolint:gosec // see above
	sum[6], sum[8] = sum[6]&0x0f|0x50, sum[8]&0x3f|0x80
	h := strings.ToUpper(hex.EncodeToString(sum[:16]))
	return h[:8] + "-" + h[8:12] + "-" + h[12:16] + "-" + h[16:20] + "-" + h[20:]
}

// XML is the profile as a property list. Characters that XML cannot hold become U+FFFD.
func (p Profile) XML() []byte {
	own := uuid("profile" + p.Of)
	var b bytes.Buffer
	b.WriteString(xml.Header + `<!DOCTYPE plist PUBLIC "-//Apple//DTD PLIST 1.0//EN" "http://www.apple.com/DTDs/PropertyList-1.0.dtd">` + "\n<plist version=\"1.0\">\n<dict>\n")
	for _, k := range []Key{{"PayloadType", "Configuration"}, {"PayloadVersion", 1}, {"PayloadIdentifier", p.Family + "." + own}, {"PayloadUUID", own},
		{"PayloadDisplayName", p.Name}, {"PayloadDescription", p.Description}, {"PayloadOrganization", p.Maker}} {
		k.write(&b, "\t")
	}
	b.WriteString("\t<key>PayloadContent</key>\n\t<array>\n")
	for _, c := range p.Payloads {
		b.WriteString("\t\t<dict>\n")
		for _, k := range append([]Key{{"PayloadType", c.Type}, {"PayloadVersion", 1}, {"PayloadIdentifier", p.Family + "." + own + "." + c.Part},
			{"PayloadUUID", uuid(c.Part + p.Of)}, {"PayloadDisplayName", c.Name}}, c.Keys...) {
			k.write(&b, "\t\t\t")
		}
		b.WriteString("\t\t</dict>\n")
	}
	b.WriteString("\t</array>\n</dict>\n</plist>\n")
	return b.Bytes()
}

// write adds a key; one without text is left out.
func (k Key) write(b *bytes.Buffer, indent string) {
	var tag string
	switch v := k.Value.(type) {
	case string:
		if v == "" {
			return
		}
		tag = "<string>" + escape(v) + "</string>"
	case int:
		tag = fmt.Sprintf("<integer>%d</integer>", v)
	case bool:
		tag = fmt.Sprintf("<%v/>", v)
	case []byte:
		tag = "<data>" + base64.StdEncoding.EncodeToString(v) + "</data>"
	default: // a mistake in our own code
		panic(fmt.Sprintf("mobileconfig: %s is of the type %T", k.Name, v))
	}
	b.WriteString(indent + "<key>" + escape(k.Name) + "</key>" + tag + "\n")
}

func escape(s string) string {
	var b bytes.Buffer
	_ = xml.EscapeText(&b, []byte(s)) // a buffer takes everything
	return b.String()
}
