import { expect, test } from 'vitest';
import { rank, score } from './rank';

const titles = ['Go to Today', 'Go to Calendar', 'Go to To-dos', 'Add a to-do', 'Dark theme', 'Über uns'];

test.each([
  ['', titles],
  ['dark', ['Dark theme']],
  ['gtc', ['Go to Calendar']],
  ['uber', ['Über uns']],
  ['TODAY', ['Go to Today']],
  ['xyz', []],
])('%j finds %j', (typed, want) => {
  expect(rank(typed, titles, (s) => s)).toEqual(want);
});

test('a word that begins so comes before one that contains it', () => {
  expect(score('add', 'Add a to-do')).toBeGreaterThan(score('add', 'Ladder'));
});
