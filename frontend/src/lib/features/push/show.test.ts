import { describe, expect, it } from 'vitest';
import { pressed, read, show } from './show';

const message = {
  id: 'r-7', title: 'Water the plants', body: 'All of them', url: 'https://umbra.test/reminders/7', priority: 3, at: 1772352000000,
  actions: [{ label: 'Done', url: 'https://umbra.test/a/done', method: 'POST' }, { label: 'Open', url: 'https://umbra.test/x', method: 'GET' }],
};

describe('what a browser shows', () => {
  it('is the message, under its id, with as many buttons as there is room for', () => {
    const { title, options } = show(read(JSON.stringify(message)), 1);
    expect(title).toBe('Water the plants');
    expect(options).toMatchObject({
      body: 'All of them', tag: 'r-7', silent: false, requireInteraction: false, timestamp: 1772352000000, actions: [{ action: '0', title: 'Done' }],
      data: { url: message.url, actions: [message.actions[0]] },
    });
    expect(show(read(JSON.stringify({ ...message, actions: undefined })), 3).options.actions).toBeUndefined();
  });

  it('is quiet or stays by its priority', () => {
    expect(show(read(JSON.stringify({ ...message, priority: 1 })), 2).options).toMatchObject({ silent: true, requireInteraction: false });
    expect(show(read(JSON.stringify({ ...message, priority: 5 })), 2).options).toMatchObject({ silent: false, requireInteraction: true });
  });

  it('is something even where the message cannot be read', () => {
    for (const text of ['', 'x', 'null', '7', '{}', '{"title":"","id":"a"}', '{"title":"a"}']) {
      expect(show(read(text), 2)).toMatchObject({ title: 'Umbra', options: { tag: 'unreadable' } });
    }
  });
});

describe('what a press does', () => {
  const kept = { url: message.url, actions: message.actions as never };
  it('opens what the message is about, or the first page', () => {
    expect(pressed(kept, '', 'https://umbra.test/')).toEqual({ open: message.url });
    expect(pressed({ url: '', actions: [] }, '', 'https://umbra.test/')).toEqual({ open: 'https://umbra.test/' });
    expect(pressed(undefined, '', 'https://umbra.test/')).toEqual({ open: 'https://umbra.test/' });
  });
  it('sends what a button says, or opens it', () => {
    expect(pressed(kept, '0', '/')).toEqual({ post: 'https://umbra.test/a/done' });
    expect(pressed(kept, '1', '/')).toEqual({ open: 'https://umbra.test/x' });
    expect(pressed(kept, '7', '/')).toEqual({ open: message.url });
  });
});
