import { isDeepStrictEqual } from 'node:util';
import type { Problem } from '../arm/arm-error.js';
import type { Wire } from '../arm/resource-type.js';

type Members = Readonly<Record<string, unknown>>;

/**
 * A wire without the members at `paths`, such as `properties.encryption`, which came in a later version: a body that has one
 * is refused, answers leave them out, and what the record has of them stays.
 */
export function lacking<R>(wire: Wire<R>, paths: readonly string[]): Wire<R> {
  return {
    shape: wire.shape,
    ...(wire.patched
      ? { patched: (record, patch) => without(wire.patched?.(record, patch), unsaid(paths, patch)) }
      : {}),
    parse(body) {
      const given = paths.filter((path) => memberAt(body, path) !== undefined);
      const parsed = wire.parse(without(body, given));
      if (given.length === 0) return parsed;
      return { problems: [...given.map(notThere), ...('problems' in parsed ? parsed.problems : [])] };
    },
    fromWire(body, base) {
      const known = wire.toWire(base);
      return wire.fromWire(
        paths.reduce<Members>((whole, path) => withMember(whole, path, memberAt(known, path)), body as Members),
        base,
      );
    },
    toWire: (record) => without(wire.toWire(record), paths) as Members,
  };
}

/**
 * A wire with members that the version has and that nothing here acts on, by their paths: answers show the one value that is
 * true, where the member's parent is shown, and a body with any other is refused. `undefined` is a member that is never
 * shown and cannot be sent.
 */
export function fixedTo<R>(wire: Wire<R>, members: Members): Wire<R> {
  return {
    ...wire,
    parse(body) {
      const parsed = wire.parse(body);
      if ('problems' in parsed) return parsed;
      const problems = Object.entries(members)
        .filter(([path, value]) => !isDeepStrictEqual(memberAt(body, path) ?? value, value))
        .map(notActedOn);
      return problems.length === 0 ? parsed : { problems };
    },
    toWire: (record) =>
      Object.entries(members).reduce<Members>(
        (whole, [path, value]) =>
          memberAt(whole, parentOf(path)) === undefined ? whole : withMember(whole, path, value),
        wire.toWire(record) as Members,
      ),
  };
}

function notThere(target: string): Problem {
  return {
    code: 'InvalidParameter',
    target,
    message: `'${target}' is not a property in this api-version. Remove it, or send it with a later one.`,
  };
}

function notActedOn([target, value]: [string, unknown]): Problem {
  const instead = value === undefined ? 'Leave it out.' : `Leave it out or send ${JSON.stringify(value)}.`;
  return {
    code: 'FeatureNotSupported',
    target,
    message: `This release does not act on '${target}'. ${instead}`,
  };
}

function parentOf(path: string): string {
  return path.split('.').slice(0, -1).join('.');
}

function memberAt(body: unknown, path: string): unknown {
  const names = path === '' ? [] : path.split('.');
  return names.reduce<unknown>((value, name) => (isObject(value) ? value[name] : undefined), body);
}

/** A copy that has `value` at `path`; the same when there is no value. */
function withMember(body: Members, path: string, value: unknown): Members {
  if (value === undefined) return body;
  const [name = '', ...rest] = path.split('.');
  const inner = isObject(body[name]) ? body[name] : {};
  return { ...body, [name]: rest.length === 0 ? value : withMember(inner, rest.join('.'), value) };
}

function unsaid(paths: readonly string[], patch: unknown): readonly string[] {
  return paths.filter((path) => memberAt(patch, path) === undefined);
}

function without(body: unknown, paths: readonly string[]): unknown {
  return isObject(body) ? paths.reduce((whole, path) => withoutOne(whole, path.split('.')), body) : body;
}

function withoutOne(body: Members, [name = '', ...rest]: readonly string[]): Members {
  if (!(name in body)) return body;
  const { [name]: member, ...others } = body;
  if (rest.length === 0) return others;
  return isObject(member) ? { ...body, [name]: withoutOne(member, rest) } : body;
}

function isObject(value: unknown): value is Members {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
