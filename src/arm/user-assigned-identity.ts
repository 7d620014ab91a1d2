import { createHash } from 'node:crypto';

const RESOURCE_ID =
  /^\/subscriptions\/[\w-]+\/resourceGroups\/[\w.()-]+\/providers\/Microsoft\.ManagedIdentity\/userAssignedIdentities\/[\w-]+$/i;

/** Whether the text is the resource id of an identity that users assign. */
export function isUserAssignedIdentityId(text: string): boolean {
  return RESOURCE_ID.test(text);
}

/** The ids of an identity that users assign: they follow from its resource id, and so are the same wherever it is named. */
export function userAssignedIdsOf(resourceId: string): { readonly principalId: string; readonly clientId: string } {
  return { principalId: uuidOf('principal', resourceId), clientId: uuidOf('client', resourceId) };
}

/** A UUID of version 8 (RFC 9562) that follows from `id`, whatever its casing. */
function uuidOf(purpose: string, id: string): string {
  const bytes = createHash('sha256').update(`${purpose} of ${id.toLowerCase()}`).digest().subarray(0, 16);
  bytes[6] = ((bytes[6] ?? 0) & 0x0f) | 0x80;
  bytes[8] = ((bytes[8] ?? 0) & 0x3f) | 0x80;
  return bytes.toString('hex').replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
}
