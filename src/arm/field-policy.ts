import { isDeepStrictEqual } from 'node:util';
import type { Problem } from './arm-error.js';

/**
 * Who may change a field and when.
 * `any`: at any time. `provisioned`: at any time, and a worker must make it true. `create`: fixed at creation.
 * `service`: never by a request.
 */
export type FieldRule = 'any' | 'provisioned' | 'create' | 'service';

/** Every field of a record. Leave one out and it does not compile. */
export type FieldPolicy<R> = { readonly [Field in keyof R]-?: FieldRule };

/** The fields that differ and that a request may speak of. */
export function changedFields<R extends object>(policy: FieldPolicy<R>, current: R, next: R): (keyof R)[] {
  return (Object.keys(policy) as (keyof R)[]).filter(
    (field) => policy[field] !== 'service' && !isDeepStrictEqual(current[field], next[field]),
  );
}

/** One problem for each changed field that is fixed at creation. Of those a body has `location` beside its properties. */
export function changedCreateOnly<R extends object>(policy: FieldPolicy<R>, current: R, next: R): Problem[] {
  return changedFields(policy, current, next)
    .filter((field) => policy[field] === 'create')
    .map((field) => {
      const isLocation = field === 'location';
      const target = isLocation ? 'location' : `properties.${String(field)}`;
      return {
        code: isLocation ? 'InvalidResourceLocation' : 'PropertyChangeNotAllowed',
        target,
        message:
          `'${target}' cannot be changed once the resource exists ` +
          `(it is '${String(current[field])}', the request says '${String(next[field])}').`,
      };
    });
}
