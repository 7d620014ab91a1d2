import { readFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { all, type Ask } from './api-client.js';
import {
  addToGroup,
  createGroup,
  deleteGroup,
  groups,
  membersOfGroup,
  removeFromGroup,
  showGroup,
} from './group-commands.js';
import { assignRole, assignmentsAt, principalIdOf, removeAssignment, wantedRole } from './role-commands.js';

const PRINCIPALS = '/identity/servicePrincipals';
const USERS = '/identity/users';
const IDENTITIES = '/identity/managedIdentities';

const OPTIONS = {
  tenant: { type: 'string' },
  'display-name': { type: 'string' },
  expires: { type: 'string' },
  certificate: { type: 'string' },
  operator: { type: 'boolean' },
  'resource-id': { type: 'string' },
  role: { type: 'string' },
  scope: { type: 'string' },
  member: { type: 'string' },
} as const;

type Options = {
  readonly tenant?: string;
  readonly 'display-name'?: string;
  readonly expires?: string;
  readonly certificate?: string;
  readonly operator?: boolean;
  readonly 'resource-id'?: string;
  readonly role?: string;
  readonly scope?: string;
  readonly member?: string;
};

interface Command {
  /** What stands after its name, in words. */
  readonly takes: string;
  readonly run: (ask: Ask, subject: string, options: Options) => Promise<unknown>;
}

const principal = (id: string) => `${PRINCIPALS}/${encodeURIComponent(id)}`;
const user = (id: string) => `${USERS}/${encodeURIComponent(id)}`;

/** Every command with what it asks of the service. */
const COMMANDS: Readonly<Record<string, Command>> = {
  'sp list': { takes: '', run: (ask) => all(ask, PRINCIPALS) },
  'sp create': {
    takes: '<display name> [--tenant <id>] [--expires <time>] [--operator] [--role <name> --scope <id>]',
    run: async (ask, displayName, { tenant: tenantId, expires: secretExpiresAt, operator: isOperator, ...wanted }) => {
      const role = wantedRole(wanted);
      const made = await ask('POST', PRINCIPALS, { displayName, tenantId, secretExpiresAt, isOperator });
      if (role) await assignRole(ask, (made as { readonly objectId: string }).objectId, role);
      return made;
    },
  },
  'sp reset': {
    takes: '<application id> [--expires <time>] [--certificate <file>]',
    run: async (ask, id, { expires: expiresAt, certificate: file }) =>
      ask('POST', `${principal(id)}/credentials`, {
        expiresAt,
        certificate: file === undefined ? undefined : await readFile(file, 'utf8'),
      }),
  },
  'sp credentials': { takes: '<application id>', run: (ask, id) => ask('GET', `${principal(id)}/credentials`) },
  'sp disable': { takes: '<application id>', run: (ask, id) => ask('PATCH', principal(id), { isEnabled: false }) },
  'sp enable': { takes: '<application id>', run: (ask, id) => ask('PATCH', principal(id), { isEnabled: true }) },
  'sp delete': { takes: '<application id>', run: (ask, id) => ask('DELETE', principal(id)) },
  'user list': { takes: '', run: (ask) => all(ask, USERS) },
  'user create': {
    takes: '<user name> [--display-name <text>] [--tenant <id>] [--expires <time>]',
    run: (ask, userName, { tenant: tenantId, expires: passwordExpiresAt, 'display-name': displayName }) =>
      ask('POST', USERS, { userName, displayName, tenantId, passwordExpiresAt }),
  },
  'user reset': {
    takes: '<object id> [--expires <time>]',
    run: (ask, id, { expires: passwordExpiresAt }) => ask('POST', `${user(id)}/resetPassword`, { passwordExpiresAt }),
  },
  'user disable': { takes: '<object id>', run: (ask, id) => ask('PATCH', user(id), { isEnabled: false }) },
  'user enable': { takes: '<object id>', run: (ask, id) => ask('PATCH', user(id), { isEnabled: true }) },
  'user delete': { takes: '<object id>', run: (ask, id) => ask('DELETE', user(id)) },
  'group list': { takes: '', run: (ask) => groups(ask) },
  'group create': {
    takes: '<display name> [--tenant <id>]',
    run: (ask, displayName, { tenant }) => createGroup(ask, displayName, tenant),
  },
  'group show': { takes: '<object id>', run: (ask, id) => showGroup(ask, id) },
  'group members': { takes: '<object id>', run: (ask, id) => membersOfGroup(ask, id) },
  'group add': {
    takes: '<object id> --member <object id or application id>',
    run: (ask, id, { member }) => addToGroup(ask, id, member),
  },
  'group remove': {
    takes: '<object id> --member <object id or application id>',
    run: (ask, id, { member }) => removeFromGroup(ask, id, member),
  },
  'group delete': { takes: '<object id>', run: (ask, id) => deleteGroup(ask, id) },
  'role assign': {
    takes: '<object id or application id> --role <name> --scope <id>',
    run: async (ask, id, options) => {
      const role = wantedRole(options);
      if (!role)
        throw new Error('Say which role, and where: --role <name> --scope <id of a subscription, group or resource>');
      return assignRole(ask, await principalIdOf(ask, id), role);
    },
  },
  'role list': { takes: '<scope>', run: (ask, scope) => assignmentsAt(ask, scope) },
  'role remove': { takes: '<id of the assignment>', run: (ask, id) => removeAssignment(ask, id) },
  'identity list': { takes: '', run: (ask) => all(ask, IDENTITIES) },
  'identity create': {
    takes: '<display name> [--resource-id <id>] [--tenant <id>]',
    run: (ask, displayName, { tenant: tenantId, 'resource-id': resourceId }) =>
      ask('POST', IDENTITIES, { displayName, tenantId, resourceId }),
  },
  'identity reset': {
    takes: '<application id>',
    run: (ask, id) => ask('POST', `${IDENTITIES}/${encodeURIComponent(id)}/resetHeader`),
  },
  'identity delete': { takes: '<application id>', run: (ask, id) => ask('DELETE', principal(id)) },
};

/** What can be asked for, a line each. */
export const USAGE = [
  'Usage: npm run -s berth -- <command>',
  ...Object.entries(COMMANDS).map(([name, { takes }]) => `  ${name} ${takes}`.trimEnd()),
  '  reindex <registry>',
  '  gc <registry> [--grace-hours <hours>]',
].join('\n');

/**
 * The command that the words say, ready to run.
 * @throws Error with what is wrong with the words.
 */
export function commandOf(words: readonly string[]): (ask: Ask) => Promise<unknown> {
  const { positionals, values } = parseArgs({ args: [...words], options: OPTIONS, allowPositionals: true });
  const [noun, verb, subject, ...rest] = positionals;
  const command = COMMANDS[`${noun} ${verb}`];
  if (!command || rest.length > 0 || (command.takes === '') !== (subject === undefined)) throw new Error(USAGE);
  return (ask) => command.run(ask, subject ?? '', values);
}
