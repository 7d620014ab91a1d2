import { expect } from 'vitest';
import type { ArmApp, GivenGroup } from './arm-app.js';

export interface RegistryAnswer {
  readonly sku: { readonly name: string };
  readonly identity?: {
    readonly type: string;
    readonly principalId?: string;
    readonly tenantId?: string;
    readonly userAssignedIdentities?: Record<string, { readonly principalId: string; readonly clientId: string }>;
  };
  readonly systemData: { readonly createdAt: string; readonly lastModifiedAt: string };
  readonly properties: {
    readonly dataEndpointHostNames: readonly string[];
    readonly policies: Record<string, { readonly lastUpdatedTime?: string }>;
    readonly [name: string]: unknown;
  };
}
export interface ErrorAnswer {
  readonly error: {
    readonly code: string;
    readonly message: string;
    readonly target?: string;
    readonly details?: readonly { readonly code: string; readonly target: string; readonly message: string }[];
  };
}

export const PROVIDER = 'providers/Microsoft.ContainerRegistry';
export const HEADER = 'x-berth-not-enforced';
export const PREVIEW = '2023-11-01-preview';
export const WITH_SUBNETS = '2021-08-01-preview';
export const SUBNET =
  '/subscriptions/00000000-0000-4000-8000-000000000001/resourceGroups/net/providers/Microsoft.Network/virtualNetworks/v/subnets/s';
export const on = { status: 'enabled' };
export const off = { status: 'disabled' };

/** Requests about the settings of registries, all of one group. */
export function registriesIn(where: () => { readonly app: ArmApp; readonly group: GivenGroup }) {
  let serial = 0;
  /** Of a registry that is not there. */
  const newPath = () => `${where().group.path}/${PROVIDER}/registries/settings${String(++serial).padStart(4, '0')}`;

  /** Answers the path of a registry that is there. */
  async function given(sku = 'Premium', body: object = {}, apiVersion = '2025-11-01'): Promise<string> {
    const { app } = where();
    const path = newPath();
    const asked = { location: 'eastus', sku: { name: sku }, ...body };
    expect(await app.request('PUT', path, asked, { apiVersion })).toMatchObject({ status: 201 });
    await app.settle();
    return path;
  }

  const get = (path: string, apiVersion?: string) =>
    where().app.request<RegistryAnswer>('GET', path, undefined, apiVersion ? { apiVersion } : {});

  async function patch<Body = RegistryAnswer>(path: string, body: object, apiVersion?: string) {
    const { app } = where();
    const answer = await app.request<Body>('PATCH', path, body, apiVersion ? { apiVersion } : {});
    if (answer.status === 201) await app.settle();
    return answer;
  }

  return { newPath, given, get, patch };
}

export const refused = (code: string, target: string, message: unknown = expect.any(String)) => ({
  status: 400,
  body: { error: { code, target, message } },
});
