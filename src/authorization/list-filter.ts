import { ArmError } from '../arm/arm-error.js';
import { queryParameter } from '../arm/arm-request.js';

/** `atScope()`, `assignedTo('…')` or `roleName eq '…'`; a quote within the text is doubled. */
const TERM = /^\s*(?:(\w+)\s*\(\s*(?:'((?:[^']|'')*)')?\s*\)|(\w+)\s+eq\s+'((?:[^']|'')*)')\s*/i;
const AND = /^and\b/i;

/**
 * Reads `$filter`: the terms that `and` joins, by their names in lower case; those without a text have an empty one.
 * @throws ArmError InvalidFilter for what the list, which knows the terms of `known`, cannot read.
 */
export function filterTerms<Term extends string>(
  query: Readonly<Record<string, string | undefined>>,
  known: readonly Term[],
): Partial<Record<Lowercase<Term>, string>> {
  const filter = queryParameter(query, '$filter') ?? '';
  const found: Record<string, string> = {};
  for (let left = filter.trim(); left !== '';) {
    const term = TERM.exec(left);
    const name = (term?.[1] ?? term?.[3] ?? '').toLowerCase();
    if (!term || !known.some((each) => each.toLowerCase() === name)) throw unreadable(filter, known);
    found[name] = (term[2] ?? term[4] ?? '').replaceAll("''", "'");
    left = left.slice(term[0].length);
    if (left === '') break;
    if (!AND.test(left)) throw unreadable(filter, known);
    left = left.replace(AND, '').trim();
    if (left === '') throw unreadable(filter, known);
  }
  return found as Partial<Record<Lowercase<Term>, string>>;
}

function unreadable(filter: string, known: readonly string[]): ArmError {
  return new ArmError(
    'InvalidFilter',
    `The $filter '${filter}' cannot be read: this list knows ${known.join(', ')}, joined by 'and'.`,
    { target: '$filter' },
  );
}
