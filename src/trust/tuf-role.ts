/** The roles that every root names; `targets` may delegate to further ones below it. */
export const BASE_ROLES = ['root', 'targets', 'snapshot', 'timestamp'] as const;
export type BaseRole = (typeof BASE_ROLES)[number];

/** The roles whose keys the service can hold. */
export const SERVER_ROLES = ['snapshot', 'timestamp'] as const;
export type ServerRole = (typeof SERVER_ROLES)[number];

const MAX_LENGTH = 255;
const DELEGATION = /^targets(?:\/[-a-z0-9_]+)+$/;

export function isRole(name: string): boolean {
  return (BASE_ROLES as readonly string[]).includes(name) || isDelegation(name);
}

/** Such as `targets/releases`. */
export function isDelegation(name: string): boolean {
  return name.length <= MAX_LENGTH && DELEGATION.test(name);
}

/** Whether it says what is at the end of a path, as `targets` and all below it do. */
export function isTargets(name: string): boolean {
  return name === 'targets' || isDelegation(name);
}

/** Of a delegation: who delegated. */
export function parentOf(name: string): string {
  return name.slice(0, name.lastIndexOf('/'));
}

/** Of a delegation: `targets` and all between, from the top down. */
export function ancestorsOf(name: string): readonly string[] {
  const parts = name.split('/');
  return parts.slice(1).map((_, index) => parts.slice(0, index + 1).join('/'));
}
