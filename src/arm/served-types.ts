import { Injectable } from '@nestjs/common';
import type { Sql } from '../database/database.js';
import type { ArmRequest } from './arm-request.js';
import { ArmPipeline } from './pipeline.js';
import type { ResourceId } from './resource-id.js';
import { VersionTable } from './resource-type.js';
import type { ResourceRecord, ResourceType, Store } from './resource-type.js';

/** A resource type for those who work on resources of any type. Requests are answered as the newest api-version does. */
export interface ServedType {
  /** `Namespace/type`. */
  readonly type: string;
  /** The record, if it lies in a subscription of that tenant. */
  find(sql: Sql, id: ResourceId, tenantId: string): Promise<ResourceRecord | undefined>;
  get(request: ArmRequest): Promise<object>;
  /** As a PATCH whose body `patchOf` makes of the resource as it is while it is held. */
  patch(request: ArmRequest, patchOf: (before: object) => unknown): Promise<object>;
}

/** Every resource type; each feature adds its own when the application starts. */
@Injectable()
export class ServedTypes {
  private readonly byType = new Map<string, ServedType>();

  constructor(
    private readonly arm: ArmPipeline,
    private readonly versions: VersionTable,
  ) {}

  add<R extends ResourceRecord, C, P extends ResourceRecord | void>(
    type: ResourceType<R, C, P>,
    store: Store<R, C, P>,
  ): void {
    const newest = (request: ArmRequest): ArmRequest => {
      const [apiVersion] = this.versions.wiresOf<R>(type.type).keys();
      return { ...request, apiVersion };
    };
    this.byType.set(type.type.toLowerCase(), {
      type: type.type,
      find: (sql, id, tenantId) => store.find(sql, id, tenantId),
      get: (request) => this.arm.get(type, store, newest(request)),
      patch: (request, patchOf) => this.arm.patch(type, store, newest(request), patchOf),
    });
  }

  /** The type of the resource that an id names; the type is compared without regard to case. */
  of({ namespace, segments }: ResourceId): ServedType | undefined {
    return this.byType.get([namespace, ...segments.map(({ type }) => type)].join('/').toLowerCase());
  }
}
