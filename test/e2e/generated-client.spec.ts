import { execFile } from 'node:child_process';
import { mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { PROJECT_FOLDER } from '../../src/openapi/project-folder.js';
import { armApp, type ArmApp, type GivenGroup } from '../support/arm-app.js';

const run = promisify(execFile);

/** What a customer writes against the types that a generator made of the document. */
const PROGRAM = `
import createClient from 'openapi-fetch';
import type { components, paths } from './api.js';

export async function useRegistries(baseUrl: string, token: string, subscriptionId: string, resourceGroupName: string) {
  const client = createClient<paths>({ baseUrl, headers: { authorization: \`Bearer \${token}\` } });
  const query = { 'api-version': '2025-11-01' } as const;
  const path = { subscriptionId, resourceGroupName, registryName: 'generated01' };
  const ONE =
    '/subscriptions/{subscriptionId}/resourceGroups/{resourceGroupName}/providers/Microsoft.ContainerRegistry/registries/{registryName}';

  await client.POST('/subscriptions/{subscriptionId}/providers/{resourceProviderNamespace}/register', {
    params: { path: { subscriptionId, resourceProviderNamespace: 'Microsoft.ContainerRegistry' }, query: { 'api-version': '2021-04-01' } },
  });
  const body: components['schemas']['Registry'] = { location: 'westeurope', sku: { name: 'Standard' }, tags: { team: 'a' }, properties: { adminUserEnabled: true } };
  const created = await client.PUT(ONE, { params: { path, query }, body });
  const got = await client.GET(ONE, { params: { path, query } });
  const patched = await client.PATCH(ONE, {
    params: { path: { ...path, registryName: 'absent01' }, query },
    body: { properties: { networkRuleSet: { ipRules: [{ value: '10.0.0.1' }] } } },
  });
  const listed = await client.GET(
    '/subscriptions/{subscriptionId}/providers/Microsoft.ContainerRegistry/registries',
    { params: { path: { subscriptionId }, query } },
  );
  const state: 'Creating' | 'Updating' | 'Deleting' | 'Succeeded' | 'Failed' | 'Canceled' | undefined =
    got.data?.properties?.provisioningState;
  return {
    created: created.response.status,
    poll: created.response.headers.has('azure-asyncoperation'),
    name: got.data?.name,
    sku: got.data?.sku.name,
    adminUserEnabled: got.data?.properties?.adminUserEnabled,
    state,
    error: patched.error?.error?.code,
    listed: listed.data?.value.map(({ name }) => name),
  };
}

// @ts-expect-error A registry needs a SKU.
export const withoutSku: components['schemas']['Registry'] = { location: 'westeurope' };
// @ts-expect-error There is no such SKU.
export const unknownSku: components['schemas']['Sku'] = { name: 'Gold' };
export const emptyUpdate: components['schemas']['RegistryUpdate'] = {};
`;

const TSCONFIG = {
  compilerOptions: {
    strict: true,
    noUncheckedIndexedAccess: true,
    module: 'nodenext',
    target: 'es2023',
    lib: ['es2023', 'dom'],
    types: [],
    outDir: 'built',
    rootDir: '.',
  },
  files: ['program.ts'],
};

describe('a client generated from openapi.yaml', () => {
  let folder: string;
  let app: ArmApp;
  let group: GivenGroup;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'client-'));
    await symlink(join(PROJECT_FOLDER, 'node_modules'), join(folder, 'node_modules'));
    await writeFile(join(folder, 'package.json'), '{ "type": "module" }');
    await writeFile(join(folder, 'tsconfig.json'), JSON.stringify(TSCONFIG));
    await writeFile(join(folder, 'program.ts'), PROGRAM);
    app = await armApp();
    group = await app.given.group();
  });
  afterAll(async () => {
    await app?.close();
    await rm(folder, { recursive: true, force: true });
  });

  /** Runs a program of the project's dependencies with the Node that runs the tests. */
  const tool = (script: string, ...args: string[]) =>
    run(process.execPath, [join(PROJECT_FOLDER, 'node_modules', script), ...args], { cwd: folder });

  it('compiles, and creates, reads and lists registries', async () => {
    await tool('openapi-typescript/bin/cli.js', join(PROJECT_FOLDER, 'openapi.yaml'), '-o', join(folder, 'api.ts'));
    const compiled = await tool('typescript/bin/tsc', '-p', folder).catch((error: { stdout: string }) => error);
    expect(compiled.stdout).toBe('');

    const { useRegistries } = (await import(pathToFileURL(join(folder, 'built/program.js')).href)) as {
      useRegistries: (...args: readonly string[]) => Promise<object>;
    };
    const { subscription, name } = group;
    expect(await useRegistries(app.origin, subscription.token, subscription.id, name)).toEqual({
      created: 201,
      poll: true,
      name: 'generated01',
      sku: 'Standard',
      adminUserEnabled: true,
      state: 'Creating',
      error: 'ResourceNotFound',
      listed: ['generated01'],
    });
  });
});
