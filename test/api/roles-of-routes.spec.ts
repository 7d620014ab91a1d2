import { RequestMethod } from '@nestjs/common';
import { METHOD_METADATA, PATH_METADATA } from '@nestjs/common/constants.js';
import { DiscoveryService, MetadataScanner, Reflector } from '@nestjs/core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { NeededRight } from '../../src/arm/needs.js';
import { neededRight } from '../../src/authorization/role.guard.js';
import { operationNameOf } from '../../src/provider-operations/operation-name.js';
import { OperationList } from '../../src/provider-operations/operation-list.js';
import { armApp, type ArmApp } from '../support/arm-app.js';

interface Route {
  readonly method: string;
  readonly path: string;
  readonly needs: NeededRight | undefined;
}

/** Below the provider, and open: each with the operation that it would be. */
const OPEN_IN_PROVIDER = [
  'Microsoft.ContainerRegistry/locations/operationResults/read',
  'Microsoft.ContainerRegistry/operations/read',
];

describe('every route of the application', () => {
  let app: ArmApp;
  let routes: readonly Route[];

  beforeAll(async () => {
    app = await armApp();
    routes = routesOf(app);
  });
  afterAll(() => app?.close());

  it('is found', () => {
    expect(routes.length).toBeGreaterThan(150);
  });

  it('says what it needs', () => {
    expect(routes.filter(({ needs }) => needs === undefined)).toEqual([]);
  });

  it('of the provider needs the operation that the provider lists for it', () => {
    const listed = new Set(
      app
        .get(OperationList)
        .all()
        .map(({ name }) => name),
    );
    const wrong = routes.flatMap(({ method, path, needs }) => {
      const name = operationNameOf(method, path);
      if (name === undefined || OPEN_IN_PROVIDER.includes(name)) return [];
      return listed.has(name) && needs && 'action' in needs && needs.action === name ? [] : [`${method} ${path}`];
    });
    expect(wrong).toEqual([]);
  });

  it('needs an action that ends as its method does', () => {
    const ends: Readonly<Record<string, RegExp>> = {
      GET: /\/read$/,
      HEAD: /\/read$/,
      PUT: /\/write$/,
      PATCH: /\/write$/,
      DELETE: /\/delete$/,
      POST: /\/action$/,
    };
    const odd = routes.flatMap(({ method, path, needs }) =>
      needs && 'action' in needs && !ends[method]!.test(needs.action) ? [`${method} ${path}: ${needs.action}`] : [],
    );
    expect(odd).toEqual([]);
  });

  it('below a subscription is open to nobody without a role, save these', () => {
    const open = routes.flatMap(({ method, path, needs }) =>
      /subscriptions\/:/i.test(path) && needs && 'nothingSince' in needs ? [`${method} ${path}`] : [],
    );
    expect(open).toEqual([
      'GET subscriptions/:subscriptionId/providers/Microsoft.ContainerRegistry/locations/:location/operationResults/:operationId',
      'GET subscriptions/:subscriptionId/operationresults/:operationId',
      'PUT subscriptions/:subscriptionId',
    ]);
  });
});

function routesOf(app: ArmApp): Route[] {
  const reflector = app.get(Reflector);
  const scanner = app.get(MetadataScanner);
  return app
    .get(DiscoveryService)
    .getControllers()
    .flatMap(({ metatype }) => {
      if (!metatype) return [];
      const prototype = metatype.prototype as Record<string, (...args: never[]) => unknown>;
      return scanner.getAllMethodNames(prototype).flatMap((name) => {
        const handler = prototype[name]!;
        const method = Reflect.getMetadata(METHOD_METADATA, handler) as RequestMethod | undefined;
        if (method === undefined) return [];
        const path = [metatype, handler].map((target) => String(Reflect.getMetadata(PATH_METADATA, target) ?? ''));
        return [
          {
            method: RequestMethod[method],
            path: path.filter((part) => part !== '' && part !== '/').join('/'),
            needs: neededRight(reflector, [handler, metatype]),
          },
        ];
      });
    });
}
