import { ArmError } from './arm-error.js';

/** No body of any api-version nests half as deep. */
const MAX_DEPTH = 32;

/** The body itself, unless it is nested so deep that whoever walks through it would run out of stack. */
export function shallow(body: unknown): unknown {
  if (isDeeper(body, MAX_DEPTH))
    throw new ArmError('InvalidRequestContent', `The request body is nested more than ${MAX_DEPTH} deep.`);
  return body;
}

function isDeeper(value: unknown, levels: number): boolean {
  if (typeof value !== 'object' || value === null) return false;
  return levels === 0 || Object.values(value).some((member) => isDeeper(member, levels - 1));
}
