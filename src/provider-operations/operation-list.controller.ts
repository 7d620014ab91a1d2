import { Controller, Get } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { servedVersion } from '../arm/api-version.js';
import { ArmTenant, type TenantRequest } from '../arm/arm-request.js';
import { NeedsNothing } from '../arm/needs.js';
import { ArmAction } from '../arm/openapi.js';
import { VersionTable } from '../arm/resource-type.js';
import { OperationList } from './operation-list.js';
import { OperationListResultWire } from './operation-list.wire.js';
import { PROVIDER_OPERATION_TYPE, type ProviderOperation } from './provider-operation.js';

/** What can be done with the resource provider, for whoever writes roles. */
@ApiTags('Providers')
@Controller('providers/Microsoft.ContainerRegistry/operations')
export class OperationListController {
  constructor(
    private readonly operations: OperationList,
    private readonly versions: VersionTable,
  ) {}

  /** The operations of the resource provider, as role definitions name them. */
  @Get()
  @NeedsNothing('what can be done at all is no secret')
  @ArmAction('Operations_List', { answer: OperationListResultWire })
  list(@ArmTenant() { apiVersion }: TenantRequest): { readonly value: readonly object[] } {
    const served = this.versions.wiresOf<ProviderOperation>(PROVIDER_OPERATION_TYPE);
    const wire = servedVersion(served, apiVersion, { type: 'operations' });
    return { value: this.operations.all().map((operation) => wire.toWire(operation)) };
  }
}
