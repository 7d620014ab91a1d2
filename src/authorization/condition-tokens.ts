/** A piece of a condition's text, and where it begins. */
export interface ConditionToken {
  readonly kind: 'sign' | 'word' | 'text' | 'number' | 'guid' | 'attribute' | 'end';
  /** As written; of a text, what is between its quotes. */
  readonly text: string;
  /** Characters before it. */
  readonly offset: number;
}

/** Why a condition cannot be read, as the end of a sentence, and where. */
export class ConditionError extends Error {
  constructor(
    why: string,
    readonly offset: number,
  ) {
    super(why);
  }
}

/** The first that matches wins: an id may begin with a letter, as words do. */
const PATTERNS: readonly (readonly [ConditionToken['kind'], RegExp])[] = [
  ['sign', /&&|\|\||[(){},!]/y],
  ['text', /'[^']*'/y],
  ['attribute', /@[A-Za-z]+\[[^[\]']+\]/y],
  ['guid', /[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}(?![\w-])/y],
  ['number', /-?\d+(?:\.\d+)?(?![\w.-])/y],
  ['word', /[A-Za-z][A-Za-z0-9]*(?::[A-Za-z0-9]+)?/y],
];
const BLANKS = /\s*/y;

/** @throws ConditionError at the first character that begins nothing. */
export function conditionTokens(text: string): readonly ConditionToken[] {
  const tokens: ConditionToken[] = [];
  let offset = after(BLANKS, text, 0);
  while (offset < text.length) {
    const token = tokenAt(text, offset);
    tokens.push({ ...token, text: token.kind === 'text' ? token.text.slice(1, -1) : token.text });
    offset = after(BLANKS, text, offset + token.text.length);
  }
  return [...tokens, { kind: 'end', text: '', offset }];
}

function tokenAt(text: string, offset: number): ConditionToken {
  for (const [kind, pattern] of PATTERNS) {
    const end = after(pattern, text, offset);
    if (end > offset) return { kind, text: text.slice(offset, end), offset };
  }
  if (text[offset] === "'") throw new ConditionError("this text has no closing quote; write 'text'", offset);
  if (text[offset] === '@')
    throw new ConditionError('this is no attribute; write @Request[provider/type:attribute]', offset);
  throw new ConditionError(`'${String.fromCodePoint(text.codePointAt(offset) ?? 0)}' means nothing here`, offset);
}

/** Where what the sticky pattern matches ends; `offset` when it does not match there. */
function after(pattern: RegExp, text: string, offset: number): number {
  pattern.lastIndex = offset;
  return pattern.test(text) ? pattern.lastIndex : offset;
}
