import { describe, expect, it } from 'vitest';
import { changedCreateOnly, changedFields, type FieldPolicy } from './field-policy.js';

interface Thing {
  location: string;
  tags: Record<string, string>;
  zone: string;
  state: string;
}

const policy: FieldPolicy<Thing> = { location: 'create', tags: 'any', zone: 'create', state: 'service' };
const thing: Thing = { location: 'westeurope', tags: { a: '1' }, zone: 'off', state: 'Succeeded' };

describe('what may change', () => {
  it('is compared by value, and what only the service writes does not count', () => {
    expect(changedFields(policy, thing, { ...thing, tags: { a: '1' }, state: 'Updating' })).toEqual([]);
    expect(changedFields(policy, thing, { ...thing, tags: { a: '2' } })).toEqual(['tags']);
  });

  it('refuses every field that is fixed at creation, each by its path in the body', () => {
    const problems = changedCreateOnly(policy, thing, { ...thing, location: 'eastus', zone: 'on', tags: {} });
    expect(problems.map(({ code, target }) => [code, target])).toEqual([
      ['InvalidResourceLocation', 'location'],
      ['PropertyChangeNotAllowed', 'properties.zone'],
    ]);
  });
});
