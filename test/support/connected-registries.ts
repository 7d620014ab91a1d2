import { expect } from 'vitest';
import type { ArmApp } from './arm-app.js';

const NEWEST = '2025-11-01';

interface Where {
  readonly app: ArmApp;
  /** The path of a Premium registry. */
  readonly registry: string;
  /** The id of a token of it. */
  readonly token: string;
}

/** Requests about the connected registries of one registry. */
export function connectedRegistriesIn(where: () => Where) {
  let names = 0;

  async function givenToken(name: string, of = where().registry): Promise<string> {
    const body = { properties: { scopeMapId: `${of}/scopeMaps/_repositories_pull` } };
    const { status } = await where().app.request('PUT', `${of}/tokens/${name}`, body);
    expect(status).toBe(200);
    return `${of}/tokens/${name}`;
  }

  const freshName = () => `edge${String(++names).padStart(4, '0')}`;
  const pathOf = (name: string) => `${where().registry}/connectedRegistries/${name}`;
  const having = (properties: object = {}) => ({
    properties: { mode: 'ReadWrite', parent: { syncProperties: sync() }, ...properties },
  });
  const sync = (more: object = {}) => ({ tokenId: where().token, messageTtl: 'P2D', ...more });
  const below = (name: string) => ({ parent: { id: pathOf(name), syncProperties: sync() } });
  const put = (body: unknown, name = freshName(), apiVersion = NEWEST) =>
    where().app.request('PUT', pathOf(name), body, { apiVersion });

  return { givenToken, freshName, pathOf, having, sync, below, put };
}

export const refused = (status: number, code: string, target?: string) => ({
  status,
  body: { error: { code, ...(target === undefined ? {} : { target }) } },
});
