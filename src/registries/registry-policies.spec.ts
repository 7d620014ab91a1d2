import { expect, test } from 'vitest';
import { policyTimes } from './registry-policies.js';
import type { Registry } from './registry.entity.js';

const [FIRST, SECOND, THIRD] = [1, 2, 3].map((day) => new Date(Date.UTC(2026, 0, day)));
const having = (status: 'enabled' | 'disabled', days: number, retentionEnabledAt: Date | null = null) =>
  ({
    policies: { retentionPolicy: { status, days }, softDeletePolicy: { status: 'disabled', retentionDays: 7 } },
    retentionEnabledAt,
    retentionUpdatedAt: null,
    softDeleteUpdatedAt: null,
  }) as unknown as Registry;
const enabledAt = (next: Registry, current: Registry | undefined, now: Date | undefined) =>
  policyTimes(next, current, now ?? new Date(0)).retentionEnabledAt;

test('the retention policy counts from when it was switched on, whatever days it says since', () => {
  expect(enabledAt(having('enabled', 7), undefined, FIRST)).toEqual(FIRST);
  expect(enabledAt(having('enabled', 7), having('disabled', 7), SECOND)).toEqual(SECOND);
  expect(enabledAt(having('enabled', 30), having('enabled', 7, FIRST), SECOND)).toEqual(FIRST);
  expect(enabledAt(having('disabled', 7), having('enabled', 7, FIRST), SECOND)).toBeNull();
  expect(enabledAt(having('enabled', 7), having('disabled', 7), THIRD)).toEqual(THIRD);
  expect(enabledAt(having('disabled', 7), undefined, FIRST)).toBeNull();
});
