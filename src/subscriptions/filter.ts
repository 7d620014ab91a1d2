import { ArmError } from '../arm/arm-error.js';
import { queryParameter } from '../arm/arm-request.js';

/** The wanted value of each field that a `$filter` names. */
export type Filter<Field extends string> = { readonly [Name in Field]?: string };

/** What `startswith(tagName, 'text')` asks for, where that is understood. */
export const TAG_NAME_PREFIX = 'tagNamePrefix';

const TOKEN = /\s*(?:(?<word>[A-Za-z]+)|'(?<text>(?:[^']|'')*)')/y;
const PREFIX = /\s*startswith\s*\(\s*tagName\s*,\s*(?='(?:[^']|'')*'\s*\))/iy;
const CLOSING = /\s*\)/y;
const END = /\s*$/y;
const UNSTORABLE = /[\p{Cc}\p{Cs}]/u;

/**
 * Reads `$filter`: `field eq 'text'`, several of them joined by `and`; a quote inside of a text is doubled. Words are
 * compared without regard to case. `startswith(tagName, 'text')` stands for the field `tagNamePrefix`. Left out or empty means that everything is wanted.
 * @throws ArmError InvalidFilter with the position, counted from 1, of what could not be read.
 */
export function filterOf<const Field extends string>(
  query: Readonly<Record<string, string | undefined>>,
  fields: readonly Field[],
): Filter<Field> {
  const expression = queryParameter(query, '$filter') ?? '';
  return expression.trim() === '' ? {} : conditionsOf(expression, fields);
}

function conditionsOf<Field extends string>(expression: string, fields: readonly Field[]): Filter<Field> {
  const reader = readerOf(expression);
  const filter: { [Name in Field]?: string } = {};
  const prefix = fields.find((name) => name === TAG_NAME_PREFIX);
  do {
    if (prefix !== undefined && filter[prefix] === undefined && reader.opensPrefix()) {
      filter[prefix] = reader.text();
      reader.closesPrefix();
      continue;
    }
    const field = reader.word(fields.filter((name) => name !== TAG_NAME_PREFIX && filter[name] === undefined));
    reader.word(['eq']);
    filter[field] = reader.text();
  } while (!reader.isAtEnd() && reader.word(['and']));
  if ('tagValue' in filter && !('tagName' in filter)) throw reader.refused("'tagName' beside 'tagValue'");
  return filter;
}

function readerOf(expression: string) {
  let at = 0;
  const refused = (expected: string): ArmError => {
    const position = at + /^\s*/.exec(expression.slice(at))![0].length + 1;
    return new ArmError('InvalidFilter', `$filter cannot be read at position ${position}: expected ${expected}.`, {
      target: '$filter',
    });
  };
  const next = () => {
    TOKEN.lastIndex = at;
    return TOKEN.exec(expression);
  };
  const skip = (pattern: RegExp): boolean => {
    pattern.lastIndex = at;
    const found = pattern.exec(expression);
    at += found?.[0].length ?? 0;
    return found !== null;
  };
  return {
    refused,
    opensPrefix: () => skip(PREFIX),
    closesPrefix: () => skip(CLOSING),
    isAtEnd(): boolean {
      END.lastIndex = at;
      return END.test(expression);
    },
    word<const Word extends string>(allowed: readonly Word[]): Word {
      const token = next();
      const found = allowed.find((word) => word.toLowerCase() === token?.groups?.['word']?.toLowerCase());
      if (!token || !found) throw refused(allowed.map((word) => `'${word}'`).join(' or '));
      at += token[0].length;
      return found;
    },
    text(): string {
      const token = next();
      const text = token?.groups?.['text'];
      if (!token || text === undefined) throw refused("a text in single quotes, such as 'value'");
      if (UNSTORABLE.test(text)) throw refused('a text without control characters');
      at += token[0].length;
      return text.replaceAll("''", "'");
    },
  };
}
