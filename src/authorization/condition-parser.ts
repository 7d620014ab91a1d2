import { isOperator, isQuantifier } from './condition-operators.js';
import { ConditionError, conditionTokens, type ConditionToken } from './condition-tokens.js';

/** What is compared: an attribute of what is asked for, or values that the condition names. */
export type Operand =
  | { readonly kind: 'attribute'; readonly source: string; readonly name: string }
  | { readonly kind: 'values'; readonly values: readonly string[] };

/** A condition, read. */
export type Condition =
  | { readonly kind: 'all' | 'any'; readonly of: readonly Condition[] }
  | { readonly kind: 'not'; readonly of: Condition }
  | { readonly kind: 'action'; readonly pattern: string }
  | { readonly kind: 'suboperation' }
  | { readonly kind: 'exists'; readonly attribute: Operand }
  | {
      readonly kind: 'comparison';
      readonly left: Operand;
      readonly right: Operand;
      readonly operator: string;
      /** Undefined: one value is compared with one. */
      readonly quantifier: string | undefined;
    };

/** As long as Azure takes them. */
const MAX_CHARACTERS = 8_192;
const MAX_DEPTH = 64;

const SOURCES: readonly string[] = ['request', 'resource', 'principal', 'environment'];
const JOINTS: ReadonlyMap<string, 'all' | 'any'> = new Map([
  ['AND', 'all'],
  ['&&', 'all'],
  ['OR', 'any'],
  ['||', 'any'],
]);

/** @throws ConditionError when it is not of the form that Azure documents for version 2.0. */
export function parseCondition(text: string): Condition {
  if (text.length > MAX_CHARACTERS)
    throw new ConditionError(`it is longer than ${MAX_CHARACTERS} characters`, MAX_CHARACTERS);
  return new Reading(conditionTokens(text)).all();
}

class Reading {
  private at = 0;

  constructor(private readonly tokens: readonly ConditionToken[]) {}

  all(): Condition {
    const condition = this.expression(0);
    if (this.next.kind !== 'end') throw this.unexpected('AND, OR or the end');
    return condition;
  }

  /** Which of AND and OR binds more is nowhere said, so that both at one level need parentheses. */
  private expression(depth: number): Condition {
    if (depth > MAX_DEPTH)
      throw new ConditionError(`parentheses are nested deeper than ${MAX_DEPTH}`, this.next.offset);
    const parts = [this.part(depth)];
    let joint: 'all' | 'any' | undefined;
    for (let found = this.joint(); found; found = this.joint()) {
      if (joint !== undefined && found !== joint)
        throw new ConditionError('AND and OR are mixed; say by parentheses which comes first', this.next.offset);
      joint = found;
      this.take();
      parts.push(this.part(depth));
    }
    const [only] = parts;
    return joint === undefined && only ? only : { kind: joint ?? 'all', of: parts };
  }

  private part(depth: number): Condition {
    if (this.isWord('NOT') || this.isSign('!')) {
      this.take();
      if (depth > MAX_DEPTH) throw new ConditionError(`it is nested deeper than ${MAX_DEPTH}`, this.next.offset);
      return { kind: 'not', of: this.part(depth + 1) };
    }
    if (this.isSign('(')) {
      this.take();
      const inner = this.expression(depth + 1);
      this.sign(')');
      return inner;
    }
    if (this.isWord('ActionMatches')) return { kind: 'action', pattern: this.pattern() };
    if (this.isWord('SubOperationMatches')) {
      this.pattern();
      return { kind: 'suboperation' };
    }
    if (this.isWord('Exists')) {
      this.take();
      return { kind: 'exists', attribute: this.attribute() };
    }
    return this.comparison();
  }

  private comparison(): Condition {
    const left = this.operand('an attribute, ActionMatches, NOT or a parenthesis');
    const { text, offset } = this.next;
    if (this.next.kind !== 'word') throw this.unexpected('an operator such as StringEquals');
    this.take();
    const colon = text.indexOf(':');
    const [quantifier, operator] = colon < 0 ? [undefined, text] : [text.slice(0, colon), text.slice(colon + 1)];
    if (quantifier !== undefined && !isQuantifier(quantifier))
      throw new ConditionError(`there is no '${quantifier}:'; there is ForAnyOfAnyValues:`, offset);
    if (!isOperator(operator)) throw new ConditionError(`there is no operator '${operator}'`, offset);
    const right = this.operand("a value such as 'samples'");
    const several = [left, right].some((side) => side.kind === 'values' && side.values.length > 1);
    if (several && quantifier === undefined)
      throw new ConditionError(`${operator} takes one value; for several write ForAnyOfAnyValues:${operator}`, offset);
    return { kind: 'comparison', left, right, operator, quantifier };
  }

  private operand(expected: string): Operand {
    if (this.next.kind === 'attribute') return this.attribute();
    if (!this.isSign('{')) return { kind: 'values', values: [this.value(expected)] };
    this.take();
    const values = [this.value('a value')];
    while (this.isSign(',')) {
      this.take();
      values.push(this.value('a value'));
    }
    this.sign('}');
    return { kind: 'values', values };
  }

  private attribute(): Operand {
    if (this.next.kind !== 'attribute') throw this.unexpected('an attribute such as @Request[…]');
    const { text, offset } = this.take();
    const [, source = '', name = ''] = /^@(\w+)\[(.+)\]$/.exec(text) ?? [];
    if (SOURCES.includes(source.toLowerCase())) return { kind: 'attribute', source, name: name.trim() };
    throw new ConditionError(`there is no source '@${source}'; there is @Request`, offset);
  }

  private value(expected: string): string {
    const { kind, text } = this.next;
    const isValue =
      kind === 'text' || kind === 'number' || kind === 'guid' || this.isWord('true') || this.isWord('false');
    if (!isValue) throw this.unexpected(expected);
    this.take();
    return text;
  }

  /** What stands in braces behind the name of a function. */
  private pattern(): string {
    this.take();
    this.sign('{');
    if (this.next.kind !== 'text') throw this.unexpected("an action in quotes, such as 'provider/type/read'");
    const { text } = this.take();
    this.sign('}');
    return text;
  }

  private get next(): ConditionToken {
    // The end is never taken.
    return this.tokens[this.at] as ConditionToken;
  }

  private take(): ConditionToken {
    const taken = this.next;
    this.at++;
    return taken;
  }

  private joint(): 'all' | 'any' | undefined {
    const { kind, text } = this.next;
    return kind === 'word' || kind === 'sign' ? JOINTS.get(text.toUpperCase()) : undefined;
  }

  private isWord(word: string): boolean {
    return this.next.kind === 'word' && this.next.text.toLowerCase() === word.toLowerCase();
  }

  private isSign(sign: string): boolean {
    return this.next.kind === 'sign' && this.next.text === sign;
  }

  private sign(sign: string): void {
    if (!this.isSign(sign)) throw this.unexpected(`'${sign}'`);
    this.take();
  }

  private unexpected(expected: string): ConditionError {
    const { kind, text, offset } = this.next;
    return new ConditionError(`here should be ${expected}, not ${kind === 'end' ? 'the end' : `'${text}'`}`, offset);
  }
}
