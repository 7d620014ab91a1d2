import { all, type Ask } from './api-client.js';
import { principalIdOf } from './role-commands.js';

const GROUPS = '/identity/groups';

export function groups(ask: Ask): Promise<unknown[]> {
  return all(ask, GROUPS);
}

export function createGroup(ask: Ask, displayName: string, tenantId: string | undefined): Promise<unknown> {
  return ask('POST', GROUPS, { displayName, tenantId });
}

export function showGroup(ask: Ask, id: string): Promise<unknown> {
  return ask('GET', groupPath(id));
}

export function deleteGroup(ask: Ask, id: string): Promise<unknown> {
  return ask('DELETE', groupPath(id));
}

export function membersOfGroup(ask: Ask, id: string): Promise<unknown[]> {
  return all(ask, `${groupPath(id)}/members`);
}

/** @throws Error when no member is named, or the service refuses. */
export function addToGroup(ask: Ask, id: string, member: string | undefined): Promise<unknown> {
  return changeMember(ask, 'PUT', id, member);
}

/** @throws Error when no member is named, or the service refuses. */
export function removeFromGroup(ask: Ask, id: string, member: string | undefined): Promise<unknown> {
  return changeMember(ask, 'DELETE', id, member);
}

async function changeMember(ask: Ask, method: string, id: string, member: string | undefined): Promise<unknown> {
  if (member === undefined) throw new Error('Say who: --member <object id or application id>');
  return ask(method, `${groupPath(id)}/members/${encodeURIComponent(await principalIdOf(ask, member))}`);
}

function groupPath(id: string): string {
  return `${GROUPS}/${encodeURIComponent(id)}`;
}
