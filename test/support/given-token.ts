import { randomUUID } from 'node:crypto';
import type { Tx } from '../../src/database/database.js';
import type { Registry } from '../../src/registries/registry.entity.js';
import { registryChildrenOf } from '../../src/registries/registry-children.repository.js';
import { ScopeMap } from '../../src/scope-maps/scope-map.entity.js';
import { newPassword } from '../../src/tokens/token-password.js';
import { Token } from '../../src/tokens/token.entity.js';
import type { Edge } from './oci-edge.js';

const scopeMaps = registryChildrenOf('scope_maps', ScopeMap);
const tokens = registryChildrenOf('tokens', Token);

/** A token that the API would have made, and what it takes to log in as it and to change it. */
export interface GivenToken {
  readonly user: string;
  /** The value of `password1`. */
  readonly password: string;
  readonly token: Token;
  readonly scopeMap: ScopeMap;
  /** Changes the token as an update through the API would; answers what it is now. */
  readonly change: (next: Partial<Token>) => Promise<Token>;
  /** Gives its scope map other actions. */
  readonly allow: (...actions: string[]) => Promise<void>;
  readonly remove: () => Promise<void>;
  /** Replaces `password1`; answers the value of the new one. */
  readonly regenerate: (expiresAt?: Date) => Promise<string>;
}

/** Makes a token of the registry with a scope map of these actions and one password. */
export async function givenToken(
  edge: Edge,
  registry: Registry,
  actions: readonly string[],
  { expiresAt, name = `Token-${randomUUID().slice(0, 8)}` }: { readonly expiresAt?: Date; readonly name?: string } = {},
): Promise<GivenToken> {
  const common = {
    registryId: registry.id,
    registryName: registry.name,
    subscriptionId: registry.subscriptionId,
    groupKey: registry.groupKey,
    groupName: registry.groupName,
    name,
    key: name.toLowerCase(),
    provisioningState: 'Succeeded',
    createdBy: 'tests',
    createdByType: 'Application',
    createdAt: edge.clock.now(),
    lastModifiedBy: 'tests',
    lastModifiedByType: 'Application',
    lastModifiedAt: edge.clock.now(),
  } as const;
  const passwordOf = (until?: Date) => newPassword('password1', edge.clock.now(), until?.toISOString() ?? null);
  const { value, password } = await passwordOf(expiresAt);
  const scopeMap: ScopeMap = { ...common, id: randomUUID(), type: 'UserDefined', description: null, actions };
  let token: Token = {
    ...common,
    id: randomUUID(),
    scopeMapKey: scopeMap.key,
    scopeMapName: scopeMap.name,
    status: 'enabled',
    passwords: [password],
  };
  const within = (work: (tx: Tx) => Promise<void>) => edge.transaction(work);
  await within(async (tx) => {
    await scopeMaps.insert(tx, scopeMap);
    await tokens.insert(tx, token);
  });
  const change = async (next: Partial<Token>) => {
    token = { ...token, ...next };
    await within((tx) => tokens.update(tx, token));
    return token;
  };
  return {
    user: name,
    password: value.reveal(),
    token,
    scopeMap,
    change,
    allow: (...next) => within((tx) => scopeMaps.update(tx, { ...scopeMap, actions: next })),
    remove: () => within((tx) => tokens.remove(tx, token)),
    regenerate: async (until) => {
      const made = await passwordOf(until);
      await change({ passwords: [made.password] });
      return made.value.reveal();
    },
  };
}
