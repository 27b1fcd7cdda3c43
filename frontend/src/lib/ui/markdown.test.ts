import { expect, test } from 'vitest';
import { lex, readable, safeHref } from './markdown';

test.each([
  ['https://umbra.test/a', 'https://umbra.test/a'],
  ['HTTP://umbra.test', 'HTTP://umbra.test'],
  ['mailto:ada@umbra.test', 'mailto:ada@umbra.test'],
  ['tel:+49301234', 'tel:+49301234'],
  ['javascript:alert(1)', ''],
  ['JaVaScRiPt:alert(1)', ''],
  ['java\nscript:alert(1)', ''],
  [' javascript:alert(1)', ''],
  ['\u0001javascript:alert(1)', ''],
  ['data:text/html,<b>', ''],
  ['vbscript:x', ''],
  ['file:///etc/passwd', ''],
  ['blob:https://umbra.test/1', ''],
  ['//other.test', ''],
  ['/todos', ''],
  ['', ''],
])('a link to %j goes to %j', (href, want) => {
  expect(safeHref(href)).toBe(want);
});

test('HTML is a token of its own, never part of a text', () => {
  const tokens = lex('Hello <img src=x onerror=alert(1)>\n\n<script>alert(1)</script>');
  const types = tokens.flatMap((x) => [x.type, ...('tokens' in x && x.tokens ? x.tokens.map((y) => y.type) : [])]);
  expect(types).toContain('html');
  expect(JSON.stringify(tokens.filter((x) => x.type === 'text'))).not.toContain('onerror');
});

test('a line end is a line end', () => {
  expect(JSON.stringify(lex('one\ntwo'))).toContain('"br"');
});

test.each([
  ['a &amp; b', 'a & b'],
  ['&lt;b&gt;', '<b>'],
  ['&#8364;', '€'],
  ['&#x20ac;', '€'],
  ['&unknown; &#0; &#xd800;', '&unknown; &#0; &#xd800;'],
  ['AT&T', 'AT&T'],
])('%j reads %j', (text, want) => {
  expect(readable(text)).toBe(want);
});
