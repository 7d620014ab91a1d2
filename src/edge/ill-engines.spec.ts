import { beforeEach, expect, test } from 'vitest';
import { HandClock } from '../../test/support/hand-clock.js';
import { IllEngines } from './ill-engines.js';

let clock: HandClock;
let engines: IllEngines;

beforeEach(() => {
  clock = new HandClock();
  engines = new IllEngines(clock);
});

test('one that is away is passed over for three seconds each time, and no more once it runs', () => {
  for (let round = 0; round < 3; round++) {
    expect(engines.failed('a', 'away')).toBe(true);
    expect([engines.isIll('a'), engines.isIll('b')]).toEqual([true, false]);
    clock.pass(3);
    expect(engines.isIll('a')).toBe(false);
  }
  expect(engines.failed('a', 'away')).toBe(true);
  engines.tried('a');
  expect(engines.isIll('a')).toBe(false);
});

test('one that is silent is tried by one at a time, each time later, up to a minute', () => {
  expect(engines.failed('a', 'silent')).toBe(true);
  for (const seconds of [3, 6, 12, 24, 48, 60, 60]) {
    // Those who were on their way to it say nothing new.
    expect(engines.failed('a', 'silent')).toBe(false);
    clock.pass(seconds - 1);
    expect(engines.isIll('a')).toBe(true);
    clock.pass(1);
    expect(engines.isIll('a')).toBe(false);
    engines.tried('a');
    expect(engines.isIll('a')).toBe(true);
    expect(engines.failed('a', 'silent')).toBe(false);
  }
  clock.pass(60);
  engines.tried('a');
  engines.answered('a');
  expect(engines.isIll('a')).toBe(false);
  expect(engines.failed('a', 'silent')).toBe(true);
  clock.pass(3);
  expect(engines.isIll('a')).toBe(false);
});

test('one that answers an error now and then is not passed over, and with three in a row it is', () => {
  for (let round = 0; round < 3; round++) {
    expect([engines.failed('a', 'errors'), engines.failed('a', 'errors')]).toEqual([false, false]);
    expect(engines.isIll('a')).toBe(false);
    engines.answered('a');
  }
  expect([1, 2, 3].map(() => engines.failed('a', 'errors'))).toEqual([false, false, true]);
  expect(engines.isIll('a')).toBe(true);
  clock.pass(3);
  engines.tried('a');
  expect(engines.failed('a', 'errors')).toBe(false);
  clock.pass(3);
  expect(engines.isIll('a')).toBe(true);
});
