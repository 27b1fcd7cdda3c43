package notify

// NtfyTarget is a topic on an ntfy server.
type NtfyTarget struct {
	Server string // https://ntfy.sh, also with a path
	Topic  string // 1 to 64 letters, digits, _ and -
	Token  string // access token; "" where the topic is open to all
}

// MailTarget is a mailbox. Through which server mail goes is the
// administrator's setting, and not the target's.
type MailTarget struct {
	Address string // ada@example.org
	Name    string // how the person is called; may be empty
}

// PushTarget is one browser's subscription (RFC 8030, RFC 8291).
type PushTarget struct {
	Endpoint string // the push service's address for it, https
	P256DH   []byte // the browser's public key: an uncompressed point, 65 bytes
	Auth     []byte // its authentication secret, 16 bytes
}

// WebhookTarget is an address that messages are posted to.
type WebhookTarget struct {
	URL    string
	Secret string // signs each post; "" sends them unsigned
}
