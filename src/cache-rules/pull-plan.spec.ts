import { describe, expect, it } from 'vitest';
import { placeOf, pullPlan, targetsFor, type PullState } from './pull-plan.js';

const NOW = new Date('2026-03-01T12:00:00Z');
const LATER = new Date('2026-03-01T12:00:01Z');
const STORED: PullState = { storedDigest: 'a', filledDigest: 'a', askAgainAt: LATER, isInterrupted: false };

describe('a pull', () => {
  it.each<[string, Partial<PullState>, string]>([
    ['of what is not here', { storedDigest: null, filledDigest: null, askAgainAt: null }, 'bring'],
    ['of what was brought and deleted here', { storedDigest: null }, 'bring'],
    ['of what was compared lately', {}, 'serve'],
    ['of what was not compared for long', { askAgainAt: NOW }, 'compare'],
    ['of what was pushed', { filledDigest: null, askAgainAt: null }, 'serve'],
    ['of what was pushed over what was brought', { filledDigest: 'b', askAgainAt: NOW }, 'serve'],
    ['of what somebody was about to bring', { filledDigest: 'b', isInterrupted: true }, 'compare'],
  ])('%s', (_, state, plan) => {
    expect(pullPlan({ ...STORED, ...state }, NOW)).toBe(plan);
  });
});

describe('a rule', () => {
  it('is found by the repository and by every prefix of it', () => {
    expect(targetsFor('a/b/c')).toEqual(['a/b/c', '*', 'a/*', 'a/b/*']);
    expect(targetsFor('a')).toEqual(['a', '*']);
  });

  it.each([
    ['docker.io/library/*', 'hub/*', 'hub/ubuntu', 'registry-1.docker.io', 'library/ubuntu'],
    ['docker.io/*', 'hub/*', 'hub/ubuntu', 'registry-1.docker.io', 'library/ubuntu'],
    ['docker.io/grafana/grafana', 'g', 'g', 'registry-1.docker.io', 'grafana/grafana'],
    ['quay.io:444/*', '*', 'a/b/c', 'quay.io:444', 'a/b/c'],
  ])('for %s at %s finds %s at its place', (sourceRepository, targetRepository, repository, host, there) => {
    expect(placeOf({ sourceRepository, targetRepository }, repository)).toMatchObject({ host, repository: there });
  });
});
