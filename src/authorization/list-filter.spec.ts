import { describe, expect, it } from 'vitest';
import { filterTerms } from './list-filter.js';

const KNOWN = ['atScope', 'assignedTo', 'principalId', 'roleName'] as const;
const read = (filter: string) => filterTerms({ $filter: filter }, KNOWN);

describe('the filter of a list', () => {
  it.each([
    ['', {}],
    ['atScope()', { atscope: '' }],
    ["ATSCOPE() and assignedTo('one')", { atscope: '', assignedto: 'one' }],
    ["principalId eq 'one'", { principalid: 'one' }],
    ["roleName eq 'It''s and and'", { rolename: "It's and and" }],
    ["  roleName  eq  'a'  and  atScope( ) ", { rolename: 'a', atscope: '' }],
  ])('is read: %s', (filter, terms) => {
    expect(read(filter)).toEqual(terms);
  });

  it.each([
    'atScope',
    'atScope() or atScope()',
    'atScope() and',
    'andatScope()',
    "principalId ne 'one'",
    "principalId eq 'one",
    "name eq 'one'",
    'roleName eq one',
  ])('is refused: %s', (filter) => {
    expect(() => read(filter)).toThrow(expect.objectContaining({ code: 'InvalidFilter' }));
  });
});
