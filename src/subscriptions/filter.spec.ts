import { describe, expect, it } from 'vitest';
import { filterOf } from './filter.js';

const FIELDS = ['resourceType', 'name', 'location', 'tagName', 'tagValue', 'tagNamePrefix'] as const;

function read(expression: string | undefined) {
  return filterOf({ $filter: expression }, FIELDS);
}

function refusal(expression: string): string {
  try {
    return JSON.stringify(read(expression));
  } catch (error) {
    return (error as Error).message;
  }
}

describe('a $filter', () => {
  it.each([
    [undefined, {}],
    ['  ', {}],
    ["resourceType eq 'A/b'", { resourceType: 'A/b' }],
    [" RESOURCETYPE  EQ 'A/b'AND name eq 'it''s' ", { resourceType: 'A/b', name: "it's" }],
    ["tagName eq 'and' and tagValue eq ''", { tagName: 'and', tagValue: '' }],
    ["startswith(tagname, 'it''s')", { tagNamePrefix: "it's" }],
    ["StartsWith ( tagName ,'a' ) and name eq 'b'", { tagNamePrefix: 'a', name: 'b' }],
  ])('%j is read as %j', (expression, expected) => {
    expect(read(expression)).toEqual(expected);
  });

  it('is found under its name in any casing', () => {
    expect(filterOf({ $FILTER: "name eq 'x'" }, FIELDS)).toEqual({ name: 'x' });
  });

  it.each([
    ["colour eq 'red'", 1, "'resourceType' or 'name' or 'location' or 'tagName' or 'tagValue'"],
    ["name ne 'x'", 6, "'eq'"],
    ['name eq x', 9, "a text in single quotes, such as 'value'"],
    ["name eq 'x", 9, "a text in single quotes, such as 'value'"],
    ["name eq 'x' or name eq 'y'", 13, "'and'"],
    ["name eq 'x' and", 16, "'resourceType' or 'location' or 'tagName' or 'tagValue'"],
    ["name eq 'x' and name eq 'y'", 17, "'resourceType' or 'location' or 'tagName' or 'tagValue'"],
    ["name eq 'x\0'", 9, 'a text without control characters'],
    ["startswith(name, 'x')", 1, "'resourceType' or 'name' or 'location' or 'tagName' or 'tagValue'"],
    ["startswith(tagName, 'x'", 1, "'resourceType' or 'name' or 'location' or 'tagName' or 'tagValue'"],
    ["startswith(tagName, 'x') or name eq 'y'", 26, "'and'"],
    ["tagNamePrefix eq 'x'", 1, "'resourceType' or 'name' or 'location' or 'tagName' or 'tagValue'"],
    ["tagValue eq 'x'", 16, "'tagName' beside 'tagValue'"],
    ["(name eq 'x')", 1, "'resourceType' or 'name' or 'location' or 'tagName' or 'tagValue'"],
  ])('%j is refused at position %i', (expression, position, expected) => {
    expect(refusal(expression)).toBe(`$filter cannot be read at position ${position}: expected ${expected}.`);
  });
});
