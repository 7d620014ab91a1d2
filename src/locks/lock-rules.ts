import { ArmError, throwIfAny } from '../arm/arm-error.js';
import { queryParameter } from '../arm/arm-request.js';
import { parseBody } from '../arm/parse-body.js';
import { LockBody } from './lock.wire.js';
import type { ManagementLock } from './management-lock.entity.js';

const NAME = /^[^<>%&:\\?/\p{Cc}\p{Cs}]{1,260}$/u;

/** What the versions that serve locks show besides what all do. */
export const LOCK_VERSIONS: ReadonlyMap<string, { readonly showsSystemData: boolean }> = new Map([
  ['2020-05-01', { showsSystemData: true }],
  ['2017-04-01', { showsSystemData: false }],
  ['2016-09-01', { showsSystemData: false }],
  ['2015-01-01', { showsSystemData: false }],
]);

/** What a customer can say of a lock. */
export type WantedLock = Pick<ManagementLock, 'level' | 'notes' | 'owners'>;

/** @throws ArmError that lists everything that is wrong with the name or the body. */
export function parseLock(name: string, body: unknown): WantedLock {
  const parsed = parseBody(LockBody, body);
  const badName = NAME.test(name)
    ? []
    : [
        {
          code: 'InvalidResourceName' as const,
          message: `'${name}' cannot name a lock: 1 to 260 characters, none of < > % & : \\ ? / and no control characters.`,
          target: 'name',
        },
      ];
  throwIfAny([...badName, ...('problems' in parsed ? parsed.problems : [])]);
  const { level, notes, owners } = (parsed as { body: LockBody }).body.properties;
  return { level, notes: notes ?? null, owners: (owners ?? []).flatMap(({ applicationId }) => applicationId ?? []) };
}

/** Reads `$filter`, which leaves out what is below the scope; it knows nothing else. */
export function isAtScopeOnly(query: Readonly<Record<string, string | undefined>>): boolean {
  const filter = (queryParameter(query, '$filter') ?? '').trim();
  if (filter === '') return false;
  if (filter.toLowerCase() === 'atscope()') return true;
  throw new ArmError('InvalidFilter', `The $filter '${filter}' cannot be read: a list of locks knows only atScope().`, {
    target: '$filter',
  });
}
