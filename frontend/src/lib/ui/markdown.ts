import { Lexer, type Token, type Tokens, type TokensList } from 'marked';

export type { Token, Tokens };

/** The tokens of a text. Single line ends are kept as one typed them: notes are no essays. */
export function lex(text: string): TokensList {
  return Lexer.lex(text, { gfm: true, breaks: true });
}

/** Where a link may go, "" for what is no place to go: scripts, files, data. */
export function safeHref(href: string): string {
  // Browsers drop these before they read the scheme, so that "java\nscript:" is one.
  const plain = href.replace(/[\u0000-\u0020\u007f-\u00a0\u00ad\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff]/g, '');
  return /^(https?:\/\/|mailto:|tel:)/i.test(plain) ? href.trim() : '';
}

/** The few entities that the lexer leaves in text it has not escaped itself. */
const entities: Record<string, string> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'", nbsp: '\u00a0', copy: '©', euro: '€', hellip: '…', ndash: '–', mdash: '—' };

/** Text as it is read: &amp; is &. Names that are not known stay as they are. */
export function readable(text: string): string {
  return text.replace(/&(?:#(\d{1,7})|#x([0-9a-f]{1,6})|([a-z]+));/gi, (whole, decimal?: string, hex?: string, name?: string) => {
    if (name) return entities[name.toLowerCase()] ?? whole;
    const code = decimal ? Number(decimal) : parseInt(hex!, 16);
    return code > 0 && code <= 0x10ffff && (code < 0xd800 || code > 0xdfff) ? String.fromCodePoint(code) : whole;
  });
}
