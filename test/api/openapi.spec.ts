import { readFileSync } from 'node:fs';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { Test } from '@nestjs/testing';
import type { OpenAPIObject } from '@nestjs/swagger';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { buildDocument } from '../../src/openapi/document.js';
import { namesReferredTo, rewritten, routesOf } from '../../src/openapi/open-api.js';
import { serveDocument } from '../../src/openapi/serve-document.js';
import { armApp, type ArmApp } from '../support/arm-app.js';

const text = readFileSync(new URL('../../openapi.yaml', import.meta.url), 'utf8');
const document = parse(text) as OpenAPIObject;
const routes = routesOf(document);

describe('openapi.yaml', () => {
  it('describes every route, as it is in the sources', async () => {
    const shape = (of: OpenAPIObject) =>
      routesOf(of).map(({ method, path, operation }) => ({
        route: `${method} ${path}`,
        id: operation.operationId,
        answers: Object.keys(operation.responses),
        parameters: operation.parameters,
        security: operation.security,
      }));
    expect(shape(document)).toEqual(shape(await buildDocument()));
  });

  it('says of every operation what it does', () => {
    expect(routes.filter(({ operation }) => !operation.summary).map(({ path }) => path)).toEqual([]);
  });

  it('gives every operation an id of its own', () => {
    const ids = routes.map(({ operation }) => operation.operationId);
    expect(ids.filter((id) => !/^[A-Z][A-Za-z]+_[A-Z][A-Za-z]+$/.test(id ?? ''))).toEqual([]);
    expect(new Set(ids).size).toBe(ids.length);
  });

  it('describes every parameter of a path, and its form', () => {
    const bare = routes.flatMap(({ path, operation }) =>
      [...path.matchAll(/\{(\w+)\}/g)].filter(([, name]) => {
        const found = operation.parameters?.find((parameter) => 'name' in parameter && parameter.name === name);
        const { description, schema } = (found ?? {}) as { description?: string; schema?: Record<string, unknown> };
        return !description || !(schema?.pattern ?? schema?.format ?? schema?.enum);
      }),
    );
    expect(bare).toEqual([]);
  });

  it('has no schema that says nothing, and none that is missing', () => {
    const silent: unknown[] = [];
    rewritten<unknown>(document.components?.schemas, (node) => {
      const says = ['type', '$ref', 'allOf', 'oneOf', 'properties', 'enum'].some((key) => key in node);
      const isBare = node.type === 'object' && !node.properties && node.additionalProperties === undefined;
      if (Object.keys(node).length === 0 || (isBare && says)) silent.push(node);
      return node;
    });
    expect(silent).toEqual([]);
    const known = Object.keys(document.components?.schemas ?? {});
    expect([...namesReferredTo(document)].filter((name) => !known.includes(name))).toEqual([]);
    expect(known).toEqual(known.toSorted());
  });

  it('says what of a registry is required, fixed to a list, a time, or written by the service alone', () => {
    const { Registry, RegistryUpdate, Sku, SystemData, RegistryProperties } = document.components?.schemas ?? {};
    expect(Registry).toMatchObject({ required: ['sku', 'location'], properties: { id: { readOnly: true } } });
    expect(RegistryUpdate).not.toHaveProperty('required');
    expect(Sku).toMatchObject({ properties: { name: { enum: ['Basic', 'Standard', 'Premium'] } } });
    expect(SystemData).toMatchObject({ properties: { createdAt: { format: 'date-time' } } });
    expect(RegistryProperties).toMatchObject({
      properties: {
        adminUserEnabled: { type: 'boolean', description: 'Whether the admin user may log in. Default: `false`.' },
        loginServer: { readOnly: true },
      },
    });
  });
});

describe('against the application', () => {
  let app: ArmApp;
  beforeAll(async () => {
    app = await armApp();
  });
  afterAll(() => app?.close());

  it('asks for a token exactly where the document says so', async () => {
    const wrong: string[] = [];
    for (const { method, path, operation } of routes.filter((route) => !route.operation.tags?.includes('Service'))) {
      const url = path.replaceAll(/\{\w+\}/g, 'any');
      const { status } = await app.request(method.toUpperCase(), url, undefined, { token: null });
      const isOpen = operation.security?.length === 0;
      // A token request without credentials is refused too, but not before it was read.
      if ((status === 401) === isOpen) wrong.push(`${method} ${path}: ${status}`);
    }
    expect(wrong).toEqual([]);
  });

  it('answers with the headers that the document names', async () => {
    const built = routesOf(await buildDocument());
    const named = (id: string, status: number) => {
      const { responses = {} } = built.find(({ operation }) => operation.operationId === id)?.operation ?? {};
      const answer = responses[status] ?? responses.default;
      return Object.keys(answer && 'headers' in answer ? (answer.headers ?? {}) : {}).map((name) => name.toLowerCase());
    };
    const { path: registry, group } = await app.given.registry();
    const headers = { 'x-berth-return-etag': 'true' };
    const replication = `${registry}/replications/westeurope`;
    const lists = `${group.path}/providers/Microsoft.ContainerRegistry/registries`;
    for (const [id, method, path, sent, status] of [
      ['Registries_Get', 'GET', registry, undefined, 200],
      ['Registries_ListByResourceGroup', 'GET', lists, undefined, 200],
      ['Registries_Update', 'PATCH', registry, { tags: { a: '1' } }, 200],
      ['Replications_Create', 'PUT', replication, { location: 'westeurope' }, 201],
      ['Replications_Delete', 'DELETE', replication, undefined, 202],
      ['Webhooks_Get', 'GET', `${registry}/webhooks/none12345`, undefined, 404],
    ] as const) {
      const answer = await app.request(method, path, sent, { headers });
      expect([id, answer.status]).toEqual([id, status]);
      const sometimes = status === 404 ? ['retry-after'] : [];
      const missing = named(id, status).filter((name) => !(name in answer.headers) && !sometimes.includes(name));
      expect([id, missing]).toEqual([id, []]);
      expect(named(id, status)).toContain(
        `x-ms-ratelimit-remaining-subscription-${method === 'GET' ? 'reads' : method === 'DELETE' ? 'deletes' : 'writes'}`,
      );
      for (const header of ['etag', 'x-berth-not-enforced'])
        expect([id, header, named(id, status).includes(header)]).toEqual([id, header, header in answer.headers]);
    }
    await app.settle();
  });
});

describe('the pages', () => {
  let app: NestFastifyApplication;
  beforeAll(async () => {
    const module = await Test.createTestingModule({}).compile();
    app = module.createNestApplication<NestFastifyApplication>(new FastifyAdapter(), { logger: false });
    serveDocument(app);
    await app.init();
    await app.getHttpAdapter().getInstance().ready();
  });
  afterAll(() => app?.close());

  it('serve the document as JSON', async () => {
    const answer = await app.inject({ url: '/openapi.json' });
    expect([answer.statusCode, answer.json()]).toEqual([200, document]);
  });

  it('are complete without another host', async () => {
    const page = await app.inject({ url: '/docs' });
    expect([page.statusCode, String(page.headers['content-type'])]).toEqual([
      200,
      expect.stringContaining('text/html'),
    ]);
    const assets = [...page.body.matchAll(/(?:src|href)="([^"]+)"/g)].map(([, url = '']) => url);
    expect(assets.filter((url) => /^(https?:)?\/\//.test(url))).toEqual([]);
    expect(assets.length).toBeGreaterThan(3);
    for (const asset of assets) {
      const { statusCode, body } = await app.inject({ url: new URL(asset, 'http://x/docs').pathname });
      expect([asset, statusCode, body.length > 0]).toEqual([asset, 200, true]);
    }
  });
});
