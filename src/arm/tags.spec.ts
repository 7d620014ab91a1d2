import { describe, expect, it } from 'vitest';
import { parseTags, tagProblems } from './tags.js';

function tags(count: number): Record<string, string> {
  return Object.fromEntries(Array.from({ length: count }, (_, index) => [`tag${index}`, 'x']));
}

function messages(of: Record<string, string>): string[] {
  return tagProblems(of).map(({ message }) => message);
}

describe('tags', () => {
  it('may be 50, with names of 512 and values of 256 characters', () => {
    expect(tagProblems(tags(50))).toEqual([]);
    expect(tagProblems({ ['n'.repeat(512)]: 'v'.repeat(256), 'a b:c=d #é': '<any> /value?' })).toEqual([]);
  });

  it('may not be 51', () => {
    expect(tagProblems(tags(51))).toEqual([
      {
        code: 'InvalidParameter',
        target: 'tags',
        message: 'There are 51 tags; a resource can have 50 at most. Remove some.',
      },
    ]);
  });

  it.each(['<', '>', '%', '&', '\\', '?', '/'])('may not have %s in a name', (character) => {
    expect(tagProblems({ [`a${character}b`]: 'x' })).toEqual([
      {
        code: 'InvalidParameter',
        target: `tags.a${character}b`,
        message: `The tag 'a${character}b' has one of < > % & \\ ? / in its name.`,
      },
    ]);
  });

  it('are told everything that is wrong with them at once', () => {
    const long = 'n'.repeat(513);
    expect(messages({ '': 'x', [long]: 'v'.repeat(257), env: 'one', ENV: 'two', half: '\uD800', nul: 'a\0b' })).toEqual(
      [
        "The tag '' has an empty name.",
        `The tag '${'n'.repeat(60)}…' has a name of 513 characters; 512 are the most.`,
        `The tag '${'n'.repeat(60)}…' has a value of 257 characters; 256 are the most.`,
        "The tag 'ENV' is the tag 'env' in another casing.",
        "The tag 'half' has a control character or half a character in its value.",
        "The tag 'nul' has a control character or half a character in its value.",
      ],
    );
  });

  it('are read from a body, where none is an empty object', () => {
    expect([undefined, null, {}, { a: 'b' }].map(parseTags)).toEqual([
      { tags: {} },
      { tags: {} },
      { tags: {} },
      { tags: { a: 'b' } },
    ]);
  });

  it.each([['text'], [7], [['a']]])('are not %j', (value) => {
    expect(parseTags(value)).toEqual({
      problems: [
        { code: 'InvalidParameter', target: 'tags', message: "'tags' must be an object of names and text values." },
      ],
    });
  });

  it('have values that are text', () => {
    expect(parseTags({ a: 1, b: null, c: 'x' })).toEqual({
      problems: [
        { code: 'InvalidParameter', target: 'tags.a', message: "The tag 'a' has a value that is not text." },
        { code: 'InvalidParameter', target: 'tags.b', message: "The tag 'b' has a value that is not text." },
      ],
    });
  });
});
