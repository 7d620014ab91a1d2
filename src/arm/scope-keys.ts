import type { ResourceId } from './resource-id.js';

/** What a scope is known by within its subscription: its id in lower case, and empty for the subscription itself. */
export function scopeKeyOf(id: ResourceId): string {
  return scopeKeysOf(id).at(-1)!;
}

/** The keys of the subscription, the group, the resources above and the scope itself. */
export function scopeKeysOf({ groupName, namespace, segments }: ResourceId): string[] {
  const keys = [''];
  if (groupName === undefined) return keys;
  const group = `/resourcegroups/${groupName.toLowerCase()}`;
  keys.push(group);
  let key = `${group}/providers/${(namespace ?? '').toLowerCase()}`;
  for (const { type, name } of segments) keys.push((key = `${key}/${type}/${name}`.toLowerCase()));
  return keys;
}
