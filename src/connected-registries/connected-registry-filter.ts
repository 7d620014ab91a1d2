import { ArmError } from '../arm/arm-error.js';
import { queryParameter } from '../arm/arm-request.js';

const CONDITION = String.raw`(?:parent[./]id|mode|connectionState)\s+eq\s+'(?:[^']|'')*'`;
const FILTER = new RegExp(String.raw`^\s*(?:${CONDITION}(?:\s+and\s+${CONDITION})*\s*)?$`, 'i');

/** @throws ArmError InvalidFilter unless `$filter` is left out, empty, or one that the list understands. */
export function requireFilter(query: Readonly<Record<string, string | undefined>>): void {
  if (FILTER.test(queryParameter(query, '$filter') ?? '')) return;
  throw new ArmError(
    'InvalidFilter',
    "$filter cannot be read: it is like mode eq 'ReadOnly', of parent/id, mode and connectionState, joined by and.",
    { target: '$filter' },
  );
}
