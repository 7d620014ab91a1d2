import { ArmError } from '../arm/arm-error.js';
import { queryParameter } from '../arm/arm-request.js';

/** What a list is narrowed to; what is left out is not asked for. */
export interface ConnectedRegistryFilter {
  readonly parentId?: string;
  readonly mode?: string;
  readonly connectionState?: string;
}

const FIELDS: Readonly<Record<string, keyof ConnectedRegistryFilter>> = {
  'parent.id': 'parentId',
  'parent/id': 'parentId',
  mode: 'mode',
  connectionstate: 'connectionState',
};

const CONDITION = String.raw`(parent[./]id|mode|connectionState)\s+eq\s+'((?:[^']|'')*)'`;
const FILTER = new RegExp(String.raw`^\s*(?:${CONDITION}(?:\s+and\s+${CONDITION})*\s*)?$`, 'i');

/**
 * What `$filter` asks for; undefined when two of its conditions contradict each other, so that nothing can meet it.
 * @throws ArmError InvalidFilter unless `$filter` is left out, empty, or one that the list understands.
 */
export function filterOf(query: Readonly<Record<string, string | undefined>>): ConnectedRegistryFilter | undefined {
  const text = queryParameter(query, '$filter') ?? '';
  if (!FILTER.test(text))
    throw new ArmError(
      'InvalidFilter',
      "$filter cannot be read: it is like mode eq 'ReadOnly', of parent/id, mode and connectionState, joined by and.",
      { target: '$filter' },
    );
  const filter: { -readonly [Field in keyof ConnectedRegistryFilter]: string } = {};
  for (const [, name = '', quoted = ''] of text.matchAll(new RegExp(CONDITION, 'gi'))) {
    const field = FIELDS[name.toLowerCase()];
    const value = quoted.replaceAll("''", "'");
    if (!field) continue;
    if ((filter[field] ?? value).toLowerCase() !== value.toLowerCase()) return undefined;
    filter[field] = value;
  }
  return filter;
}
