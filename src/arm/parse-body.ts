import { plainToInstance } from 'class-transformer';
import { validateSync } from 'class-validator';
import type { ValidationError } from 'class-validator';
import type { Problem } from './arm-error.js';

/** NUL, and halves of surrogate pairs: JSON can carry them and PostgreSQL cannot store them. */
const UNSTORABLE = /[\0\p{Cs}]/u;

export type Parsed<T> = { readonly body: T } | { readonly problems: readonly Problem[] };

/**
 * Checks the shape of a body against a class with class-validator's decorators. Members that the class does not have are
 * refused; every problem is told at once, with the caller's own path.
 */
export function parseBody<T extends object>(shape: new () => T, body: unknown): Parsed<T> {
  if (typeof body !== 'object' || body === null || Array.isArray(body))
    return { problems: [{ code: 'InvalidRequestContent', message: 'The request needs a JSON object as its body.' }] };
  const unusable = unusableParts(body, '');
  if (unusable.length > 0) return { problems: unusable };
  const instance = plainToInstance(shape, body);
  const errors = validateSync(instance, { whitelist: true, forbidNonWhitelisted: true, forbidUnknownValues: true });
  return errors.length === 0 ? { body: instance } : { problems: errors.flatMap((error) => problemsOf(error, '')) };
}

/** Names that class-transformer trips over or leaves out, and text that cannot be stored. */
function unusableParts(value: unknown, target: string): Problem[] {
  if (typeof value === 'string' && UNSTORABLE.test(value))
    return [unusablePart(target, 'it holds a character that cannot be stored (NUL, or half of a surrogate pair)')];
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([name, member]: [string, unknown]) => {
    const path = target ? `${target}.${name}` : name;
    return name === 'constructor' || name === '__proto__'
      ? [unusablePart(path, `'${name}' cannot be used as a name`)]
      : unusableParts(member, path);
  });
}

function unusablePart(target: string, why: string): Problem {
  return { code: 'InvalidParameter', target, message: sentence(target, why) };
}

function problemsOf({ property, value, constraints = {}, children = [] }: ValidationError, parent: string): Problem[] {
  const target = parent ? `${parent}.${property}` : property;
  // What is missing breaks every rule at once; one problem says it.
  if (value === undefined && children.length === 0)
    return [
      {
        code: target === 'location' ? 'LocationRequired' : 'InvalidParameter',
        target,
        message: sentence(target, constraints['isNotEmpty'] ?? 'it is required'),
      },
    ];
  // What is no object at all has no members that could be wrong.
  const broken = Object.entries(constraints).filter(
    ([rule]) => rule !== 'nestedValidation' || !constraints['isObject'],
  );
  const own = broken.map(([rule, message]) => ({
    code:
      target === 'location' && rule === 'isNotEmpty' ? ('LocationRequired' as const) : ('InvalidParameter' as const),
    target,
    message:
      rule === 'whitelistValidation'
        ? `'${target}' is not a property here. Remove it or check its spelling.`
        : sentence(target, message),
  }));
  return [...own, ...children.flatMap((child) => problemsOf(child, target))];
}

function sentence(target: string, message: string): string {
  return `'${target}': ${message}.`;
}
