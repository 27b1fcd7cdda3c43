import { beforeEach, describe, expect, test, vi } from 'vitest';
import { Stream, type Message } from './stream';

class Source {
  static OPEN = 1;
  static CLOSED = 2;
  static all: Source[] = [];
  readyState = Source.OPEN;
  onerror: (() => void) | undefined;
  #on = new Map<string, (e: unknown) => void>();
  constructor(readonly url: string) {
    Source.all.push(this);
  }
  addEventListener(name: string, fn: (e: unknown) => void) {
    this.#on.set(name, fn);
  }
  close() {
    this.readyState = Source.CLOSED;
  }
  say(name: string, id: string) {
    this.#on.get(name)!({ lastEventId: id, data: '{}' });
  }
  fail() {
    this.close();
    this.onerror!();
  }
}

describe('the stream of changes', () => {
  let heard: string[];
  let stream: Stream;
  const last = () => Source.all.at(-1)!;
  const begins = (id: string) => expect(last().url).toBe('/api/live' + (id && `?last_event_id=${id}`));

  beforeEach(() => {
    vi.stubGlobal('EventSource', Source);
    Source.all = [];
    heard = [];
    stream = new Stream((m: Message) => heard.push(m.name));
  });

  test('begins where it stood before the page read anything', () => {
    expect(stream.open('a-1')).toBe(false);
    begins('a-1');
    last().say('ready', 'a-1');
    last().say('change', 'a-2');
    expect(heard).toEqual(['ready', 'change']);
  });

  test('lets everything be read anew where nobody knows where it stood', () => {
    stream.open('');
    begins('');
    last().say('ready', 'a-3');
    expect(heard).toEqual(['ready', 'reset']);
  });

  test('tells a page that comes later whether it may have missed something', () => {
    stream.open('a-1');
    expect(stream.open('a-1')).toBe(false); // not begun yet: all that comes, that page hears, too
    last().say('ready', 'a-1');
    expect(stream.open('a-1')).toBe(false);
    last().say('change', 'a-2');
    expect(stream.open('a-1')).toBe(true);
    expect(stream.open('a-2')).toBe(false);
    expect(stream.open('')).toBe(true);
    expect(stream.open()).toBe(false); // that one was there
    expect(Source.all.length).toBe(1);
  });

  test('goes on after a break with what was heard last', () => {
    stream.open('a-1');
    last().say('ready', 'a-1');
    last().say('change', 'a-2');
    last().fail();
    expect(heard.at(-1)).toBe('refused');
    stream.open();
    begins('a-2');
    last().say('ready', 'a-2');
    expect(heard.filter((m) => m === 'reset')).toEqual([]);
  });

  test('begins anew for another session', () => {
    stream.open('a-1');
    const before = last();
    stream.restart();
    expect(before.readyState).toBe(Source.CLOSED);
    begins('');
  });
});
