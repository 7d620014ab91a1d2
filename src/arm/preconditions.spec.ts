import { describe, expect, it } from 'vitest';
import { etagOf, preconditionsOf, requirePreconditions } from './preconditions.js';

const stored = { name: 'a', tags: {} };
const tag = etagOf(stored);
const demand = (headers: Record<string, string>, current: object | undefined) => () =>
  requirePreconditions(preconditionsOf(headers), current);

describe('preconditions', () => {
  it.each([
    ['nothing, of what is there', {}, stored],
    ['nothing, of what is not', {}, undefined],
    ['anything, and it is there', { 'if-match': '*' }, stored],
    ['this one, and it is', { 'if-match': tag }, stored],
    ['one of several, and it is', { 'if-match': `"x", W/${tag}` }, stored],
    ['that there be none, and there is none', { 'if-none-match': '*' }, undefined],
    ['another than that one, and it is', { 'if-none-match': '"old"' }, stored],
  ])('hold when a client demands %s', (_, headers, current) => {
    expect(demand(headers, current)).not.toThrow();
  });

  it.each([
    ['anything', { 'if-match': '*' }, undefined, 'does not exist'],
    ['this one', { 'if-match': '"old"' }, stored, 'has changed'],
    ['this one of what is not there', { 'if-match': tag }, undefined, 'does not exist'],
    ['that there be none', { 'if-none-match': '*' }, stored, 'exists'],
    ['another than that one', { 'if-none-match': tag }, stored, 'exists'],
  ])('fail when a client demands %s and is wrong', (_, headers, current, why) => {
    expect(demand(headers, current)).toThrow(
      expect.objectContaining({ code: 'PreconditionFailed', message: expect.stringContaining(why) as string }),
    );
  });

  it('have a tag that changes with the record and with nothing else', () => {
    expect(etagOf({ tags: {}, name: 'a' })).toBe(tag);
    expect(etagOf({ ...stored, tags: { a: '1' } })).not.toBe(tag);
    expect(tag).toMatch(/^"[\w-]{27}"$/);
  });
});
