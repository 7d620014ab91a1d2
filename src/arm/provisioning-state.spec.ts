import { describe, expect, it } from 'vitest';
import { NEXT_STATES, isTerminal, sourcesOf, type ProvisioningState } from './provisioning-state.js';

const STATES = Object.keys(NEXT_STATES) as ProvisioningState[];

describe('provisioning states', () => {
  it('can all be reached, except the one that a creation begins with', () => {
    expect(STATES.filter((state) => sourcesOf(state).length === 0)).toEqual(['Creating']);
  });

  it('can all end', () => {
    for (const state of STATES.filter((each) => !isTerminal(each)))
      expect(NEXT_STATES[state].some(isTerminal)).toBe(true);
  });

  it('lead from a terminal state only to one that an operation works in', () => {
    for (const state of STATES.filter(isTerminal)) expect(NEXT_STATES[state].some(isTerminal)).toBe(false);
  });
});
