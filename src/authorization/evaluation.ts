import { LRUCache } from 'lru-cache';
import type { EffectiveRole, Permission } from './role.js';

type Granted = Pick<EffectiveRole, 'condition'> & { readonly role: Pick<EffectiveRole['role'], 'permissions'> };

/** Who may assign roles may do everything in the end, so a condition that nobody evaluates must not give that away. */
const NEVER_UNDER_CONDITION = 'microsoft.authorization/';

/**
 * Whether one of the roles gives an action of the control plane. Conditions are about data actions, and say nothing about
 * others.
 */
export function allows(roles: readonly Granted[], action: string): boolean {
  const isDelicate = action.toLowerCase().startsWith(NEVER_UNDER_CONDITION);
  return roles.some(
    ({ role, condition }) => (condition === null || !isDelicate) && givesAction(role.permissions, action),
  );
}

/** Whether one of the permissions has the action and does not take it out again. */
export function givesAction(permissions: readonly Permission[], action: string): boolean {
  return permissions.some(({ actions, notActions }) => anyMatches(actions, action) && !anyMatches(notActions, action));
}

/** The same for a data action. */
export function givesDataAction(permissions: readonly Permission[], action: string): boolean {
  return permissions.some(
    ({ dataActions, notDataActions }) => anyMatches(dataActions, action) && !anyMatches(notDataActions, action),
  );
}

/** Whether the action is what the pattern says; neither knows case, and `*` is any text, slashes included. */
export function matches(pattern: string, action: string): boolean {
  return fits(partsOf(pattern), action.toLowerCase());
}

function anyMatches(patterns: readonly string[], action: string): boolean {
  if (patterns.length === 0) return false;
  const text = action.toLowerCase();
  return patterns.some((pattern) => fits(partsOf(pattern), text));
}

/** Patterns that are kept taken apart; every request asks for a few of them. */
const KEPT_PATTERNS = 10_000;
const kept = new LRUCache<string, readonly string[]>({ max: KEPT_PATTERNS });

/** What stands between the stars, in lower case. */
function partsOf(pattern: string): readonly string[] {
  const known = kept.get(pattern);
  if (known) return known;
  const parts = pattern.toLowerCase().split('*');
  kept.set(pattern, parts);
  return parts;
}

function fits(parts: readonly string[], text: string): boolean {
  const [first = ''] = parts;
  if (parts.length === 1) return text === first;
  const last = parts.at(-1)!;
  if (!text.startsWith(first) || !text.endsWith(last) || text.length < first.length + last.length) return false;
  // From left to right, each at its first place: what lies between may be anything.
  let at = first.length;
  for (const part of parts.slice(1, -1)) {
    const found = text.indexOf(part, at);
    if (found < 0) return false;
    at = found + part.length;
  }
  return at <= text.length - last.length;
}
