import { expect, it } from 'vitest';
import { HandClock } from '../../test/support/hand-clock.js';
import { AwayUpstreams } from './away-upstreams.js';

it('a registry that did not answer is left alone for half a minute, and then looked after by one', () => {
  const clock = new HandClock();
  const away = new AwayUpstreams(clock);
  expect(away.isLeftAlone('a')).toBe(false);
  away.didNotAnswer('a');
  expect([away.isLeftAlone('a'), away.isLeftAlone('b')]).toEqual([true, false]);
  clock.pass(29);
  expect(away.isLeftAlone('a')).toBe(true);
  clock.pass(1);
  expect([away.isLeftAlone('a'), away.isLeftAlone('a')]).toEqual([false, true]);
  // Nobody has said what came of it.
  clock.pass(10);
  expect([away.isLeftAlone('a'), away.isLeftAlone('a')]).toEqual([false, true]);
  away.answered('a');
  expect(away.isLeftAlone('a')).toBe(false);
});
