import { ArmError } from '../arm/arm-error.js';

/** The fields of `$filter` and the operators that each takes. */
const FIELDS = {
  eventTimestamp: ['ge', 'le'],
  resourceGroupName: ['eq'],
  resourceUri: ['eq'],
  resourceId: ['eq'],
  resourceProvider: ['eq'],
  correlationId: ['eq'],
  caller: ['eq'],
  status: ['eq'],
} as const;

type Field = keyof typeof FIELDS;

export const FILTER_FIELDS = Object.keys(FIELDS) as readonly Field[];

const CONDITION = /\s*(?<field>\w+)\s+(?<operator>\w+)\s+(?:'(?<quoted>(?:[^']|'')*)'|(?<bare>[^\s']+))(?=\s|$)/y;
const AND = /\s+and(?=\s)/iy;
const END = /\s*$/y;
const UNSTORABLE = /[\p{Cc}\p{Cs}]/u;
const TIME = /^(\d{4}-\d{2}-\d{2})(?:[T ](\d{2}:\d{2}(?::\d{2}(?:\.\d{1,9})?)?))?(Z|[+-]\d{2}:?\d{2})?$/i;

/** What a `$filter` asks for. Texts are as they were sent. */
export interface ActivityFilter {
  readonly from?: Date;
  readonly to?: Date;
  readonly resourceGroupName?: string;
  readonly resourceId?: string;
  readonly resourceProvider?: string;
  readonly correlationId?: string;
  readonly caller?: string;
  readonly status?: string;
}

/**
 * Reads `$filter`: conditions joined by `and`, each field once; quotes can be left out, as some clients do. A time without a
 * zone is in UTC.
 * @throws ArmError InvalidFilter that says what of it cannot be read, and what can be.
 */
export function activityFilterOf(expression: string): ActivityFilter {
  const wanted: Record<string, string | Date> = {};
  if (expression.trim() === '') return wanted;
  let at = 0;
  const matched = (pattern: RegExp) => {
    pattern.lastIndex = at;
    const found = pattern.exec(expression);
    if (found) at = pattern.lastIndex;
    return found;
  };
  do {
    const groups = matched(CONDITION)?.groups;
    if (!groups) throw unreadable(`a condition such as "status eq 'Failed'" is expected at position ${at + 1}`);
    const { field = '', operator = '', quoted, bare } = groups;
    const { name, value } = condition(field, operator, quoted?.replaceAll("''", "'") ?? bare ?? '');
    if (name in wanted) throw unreadable(`'${field} ${operator}' is there twice`);
    wanted[name] = value;
  } while (matched(AND));
  if (!matched(END)) throw unreadable(`'and' is expected at position ${at + 1}`);
  const filter: ActivityFilter = wanted;
  if (filter.from && filter.to && filter.from > filter.to) throw unreadable('it begins after its end');
  return filter;
}

function condition(sent: string, operator: string, text: string): { name: keyof ActivityFilter; value: string | Date } {
  const field = FILTER_FIELDS.find((known) => known.toLowerCase() === sent.toLowerCase());
  if (!field) throw unreadable(`it has no field '${sent}', but ${FILTER_FIELDS.join(', ')}`);
  const operators: readonly string[] = FIELDS[field];
  const found = operators.find((known) => known === operator.toLowerCase());
  if (!found) throw unreadable(`'${field}' can be compared with ${operators.join(' and ')}, not with '${operator}'`);
  if (field === 'eventTimestamp') return { name: found === 'ge' ? 'from' : 'to', value: timeOf(text) };
  if (UNSTORABLE.test(text)) throw unreadable(`the value of '${field}' has a control character in it`);
  return { name: field === 'resourceUri' ? 'resourceId' : field, value: text };
}

function timeOf(text: string): Date {
  const [, day, time = '00:00', zone = 'Z'] = TIME.exec(text) ?? [];
  const found = new Date(`${day}T${time}${zone.toUpperCase()}`);
  if (day === undefined || Number.isNaN(found.getTime()))
    throw unreadable(`'${text}' is not a time such as 2026-03-01T12:00:00Z`);
  return found;
}

function unreadable(why: string): ArmError {
  return new ArmError('InvalidFilter', `$filter cannot be used: ${why}.`, { target: '$filter' });
}
