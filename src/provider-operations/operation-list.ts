import { Injectable, RequestMethod } from '@nestjs/common';
import { METHOD_METADATA, PATH_METADATA } from '@nestjs/common/constants.js';
import { DiscoveryService, MetadataScanner } from '@nestjs/core';
import { describedInWords, operationNameOf } from './operation-name.js';
import type { ProviderOperation } from './provider-operation.js';

/** What a subscription does with the provider; those routes are Azure Resource Manager's and name no provider. */
const OF_SUBSCRIPTIONS = [
  'Microsoft.ContainerRegistry/register/action',
  'Microsoft.ContainerRegistry/unregister/action',
];

/** The operations of the resource provider, read from the routes that the application has. */
@Injectable()
export class OperationList {
  constructor(
    private readonly discovery: DiscoveryService,
    private readonly scanner: MetadataScanner,
  ) {}

  /** In the order of their names, each once. */
  all(): ProviderOperation[] {
    const names = this.routes().flatMap(({ method, path }) => operationNameOf(method, path) ?? []);
    return [...new Set([...OF_SUBSCRIPTIONS, ...names])].sort().map(definitionOf);
  }

  private routes(): { readonly method: string; readonly path: string }[] {
    return this.discovery.getControllers().flatMap(({ metatype }) => {
      if (!metatype) return [];
      const prototype = metatype.prototype as Record<string, object>;
      return this.scanner.getAllMethodNames(prototype).flatMap((name) => {
        const handler = prototype[name] ?? {};
        const method = Reflect.getMetadata(METHOD_METADATA, handler) as RequestMethod | undefined;
        if (method === undefined) return [];
        const path = [textsOf(metatype), textsOf(handler)].join('/');
        return [{ method: RequestMethod[method], path }];
      });
    });
  }
}

function textsOf(target: object): string {
  return String(Reflect.getMetadata(PATH_METADATA, target) ?? '');
}

function definitionOf(name: string): ProviderOperation {
  const { resource, operation } = describedInWords(name);
  const display = { provider: 'Microsoft ContainerRegistry', resource, operation, description: `${operation}.` };
  return { name, isDataAction: false, display };
}
