import { ArmError, throwIfAny } from '../arm/arm-error.js';
import type { Caller } from '../arm/caller.js';
import type { Page } from '../arm/paging.js';
import { parseBody } from '../arm/parse-body.js';
import { parseUuid } from '../arm/uuid.js';

const LEAST_ID = '00000000-0000-0000-0000-000000000000';

/** @throws ArmError with everything that is wrong with the body. */
export function bodyOf<T extends object>(shape: new () => T, body: unknown): T {
  const parsed = parseBody(shape, body);
  if ('body' in parsed) return parsed.body;
  throwIfAny(parsed.problems);
  throw new Error('A body that was refused has no problem.');
}

/** @throws ArmError ResourceNotFound when the text is no id at all. */
export function idOf(what: string, text: string): string {
  return parseUuid(text) ?? failMissing(what, text);
}

/** Where a page of a list begins that is in the order of ids. @throws ArmError as `idOf` does. */
export function idAfter({ after }: Page): string {
  return after ? idOf('page after', after) : LEAST_ID;
}

export function failMissing(what: string, id: string): never {
  throw new ArmError('ResourceNotFound', `There is no ${what} '${id}'.`);
}

/**
 * A moment in the future, or null when none is named.
 * @throws ArmError InvalidParameter for one that has passed.
 */
export function expiryOf(target: string, text: string | undefined, now: Date): Date | null {
  if (text === undefined) return null;
  const at = new Date(text);
  if (at > now) return at;
  throw new ArmError('InvalidParameter', `'${target}': it must lie in the future, after ${now.toISOString()}.`, {
    target,
  });
}

/** @throws ArmError InvalidParameter: whoever locks himself out may be the last that could mend it. */
export function refuseOneself(caller: Caller, objectId: string): void {
  if (caller.objectId === objectId)
    throw new ArmError('InvalidParameter', 'Nobody can disable or delete himself. Have another operator do it.');
}
