import { getMetadataStorage } from 'class-validator';
import type { Problem } from './arm-error.js';

type Members = Readonly<Record<string, unknown>>;

/** How class-validator calls `@Allow()`, which lets a member through and demands nothing of it. */
const ALLOWED = 'whitelistValidation';

/** By wire class, the members that a body may have and that nothing looks at: those that only the service writes. */
const readOnlyNames = new WeakMap<object, ReadonlySet<string>>();
const NONE: ReadonlySet<string> = new Set();

/** The members that the URL tells already; of a resource that is not there yet nothing else can be compared. */
const TOLD_BY_URL: readonly string[] = ['id', 'name', 'type'];

/**
 * Members that go on by themselves, by their names: whoever sends back what was read a while ago, or by another
 * api-version, cannot know what they are now. Whatever is sent for them is ignored.
 */
const GOES_ON: readonly string[] = [
  'lastModifiedAt',
  'lastModifiedBy',
  'lastModifiedByType',
  'lastUpdatedTime',
  'lastSyncTime',
  'lastActivityTime',
  'lastKeyRotationTimestamp',
  'versionedKeyIdentifier',
  'status',
  'statusDetails',
  'connectionState',
  'credentialHealth',
  'privateEndpointConnections',
];

/** States that an answer of a moment ago can have shown; they end by themselves. */
const PASSING_STATES: readonly unknown[] = ['Creating', 'Updating', 'Succeeded'];

interface Sent {
  readonly path: readonly string[];
  readonly value: unknown;
}

/**
 * One problem for each member of `body`, an instance of a wire class, that only the service writes and that is neither as
 * `before` shows it nor as `after` would. `before` is undefined where the resource is to be created. The answers are
 * functions since most bodies have no such member.
 */
export function changedReadOnly(body: object, before: (() => object) | undefined, after: () => object): Problem[] {
  const sent = readOnlyOf(body, []).filter(({ path }) => before || TOLD_BY_URL.includes(path.join('.')));
  if (sent.length === 0) return [];
  const answers = [...(before ? [before()] : []), after()];
  return sent.flatMap(({ path, value }) => {
    const [shown, ...later] = answers.map((answer) => memberAt(answer, path));
    if ([shown, ...later].some((each) => isSame(path.at(-1) ?? '', value, each))) return [];
    return [changed(path.join('.'), shown)];
  });
}

function changed(target: string, shown: unknown): Problem {
  const now = shown === undefined ? 'the resource has none' : `it is ${JSON.stringify(shown)}`;
  return {
    code: 'InvalidParameter',
    target,
    message: `'${target}' is written by the service alone: ${now}. Leave it out, or send it back as it is.`,
  };
}

function readOnlyOf(body: object, above: readonly string[]): Sent[] {
  const readOnly = readOnlyNamesOf(body.constructor as (new () => object) | undefined);
  return Object.entries(body as Members).flatMap(([name, value]) => {
    const path = [...above, name];
    if (value === undefined || value === null) return [];
    if (readOnly.has(name)) return [{ path, value }];
    return typeof value === 'object' ? readOnlyOf(value, path) : [];
  });
}

/** What a body is an instance of says it; a plain object, such as tags, has members of the customer's own. */
function readOnlyNamesOf(wireClass: (new () => object) | undefined): ReadonlySet<string> {
  if (!wireClass) return NONE;
  const known = readOnlyNames.get(wireClass);
  if (known) return known;
  const rules = getMetadataStorage().getTargetValidationMetadatas(wireClass, '', false, false);
  const names = new Set(rules.filter(({ type }) => type === ALLOWED).map(({ propertyName }) => propertyName));
  for (const { type, propertyName } of rules) if (type !== ALLOWED) names.delete(propertyName);
  readOnlyNames.set(wireClass, names);
  return names;
}

function isSame(name: string, sent: unknown, shown: unknown): boolean {
  if (sent === null || sent === undefined || GOES_ON.includes(name)) return true;
  if (name === 'provisioningState' && PASSING_STATES.includes(sent)) return true;
  if (typeof sent === 'string' && typeof shown === 'string') return isSameText(sent, shown);
  if (typeof sent !== 'object') return sent === shown;
  if (Array.isArray(sent) && sent.length !== (Array.isArray(shown) ? shown.length : 0)) return false;
  return Object.entries(sent).every(([inner, value]) => isSame(inner, value, memberAt(shown, [inner])));
}

/** Ids are compared without regard to case, and times as such: SDKs write them in their own way. */
function isSameText(sent: string, shown: string): boolean {
  if (sent.toLowerCase() === shown.toLowerCase()) return true;
  return /^\d{4}-\d\d-\d\dT/.test(shown) && Date.parse(sent) === Date.parse(shown);
}

function memberAt(value: unknown, path: readonly string[]): unknown {
  return path.reduce<unknown>(
    (inner, name) => (typeof inner === 'object' && inner !== null ? (inner as Members)[name] : undefined),
    value,
  );
}
