const INSTANCE_NAME = /^[a-z0-9-]{1,63}$/;

export function isInstanceName(name: string): boolean {
  return INSTANCE_NAME.test(name);
}

/** Ends the names of instances in the second zone of their region, and no other name. */
export const SECOND_ZONE = '-zone2';

/** Whether an instance of that name lies in the second zone. Names say so themselves: nothing else has to be there to know. */
export function isInSecondZone(name: string): boolean {
  return name.endsWith(SECOND_ZONE);
}

/** @throws Error when `name` could not be the name of an instance, and so must not become part of a path. */
export function requireInstanceName(name: string): string {
  if (!isInstanceName(name))
    throw new Error(`"${name}" cannot name an instance; use 1 to 63 of a-z, 0-9 and the hyphen.`);
  return name;
}
