import { Controller, Get } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { Database } from '../database/database.js';
import type { Operation, OperationKindName } from '../work/operation.entity.js';
import { findOperation } from '../work/operations.repository.js';
import { RESOURCE_MANAGER_VERSIONS, servedVersion } from './api-version.js';
import { ArmError } from './arm-error.js';
import { Arm, type ArmRequest } from './arm-request.js';
import { Needs, NeedsNothing } from './needs.js';
import { OperationResult, OperationStatus } from './openapi.js';
import { RETRY_AFTER_SECONDS } from './operation-links.js';
import { VersionTable } from './resource-type.js';
import { Scopes } from './scopes.js';

const OPERATION_ID = /^[a-z]+-([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})$/i;

const RUNNING_STATUS: Readonly<Record<OperationKindName, string>> = {
  Create: 'Creating',
  Update: 'Updating',
  Delete: 'Deleting',
  Move: 'Moving',
  Import: 'Importing',
};

/** What the poll of a result is answered at the end, unless it is 200. */
const RESULT_STATUS: Partial<Readonly<Record<OperationKindName, number>>> = { Move: 204 };

/** Whose result says how far it is while it is waited for, as clients of Azure find it. */
const WITH_STATUS: readonly OperationKindName[] = ['Import'];

/** What a client polls while a resource is made, changed or deleted. */
@ApiTags('Operations')
@Controller('subscriptions/:subscriptionId')
export class OperationsController {
  constructor(
    private readonly database: Database,
    private readonly scopes: Scopes,
    private readonly versions: VersionTable,
  ) {}

  /** The status of a long-running operation: always 200, and what it ended with in the body. */
  @Get(
    'resourceGroups/:resourceGroupName/providers/Microsoft.ContainerRegistry/registries/:registryName/operationStatuses/:operationId',
  )
  @Needs('Microsoft.ContainerRegistry/registries/operationStatuses/read')
  @OperationStatus('Operations_GetStatus')
  status(@Arm() request: ArmRequest): Promise<object> {
    return this.statusOf(request);
  }

  /** The status of a long-running operation on what lies below a registry. */
  @Get(
    'resourceGroups/:resourceGroupName/providers/Microsoft.ContainerRegistry/registries/:registryName/:childType/:childName/operationStatuses/:operationId',
  )
  @Needs('Microsoft.ContainerRegistry/registries/operationStatuses/read')
  @OperationStatus('Operations_GetChildStatus')
  childStatus(@Arm() request: ArmRequest): Promise<object> {
    return this.statusOf(request);
  }

  /** The result of a deletion below the provider: 202 while it runs, then 200, or the error that ended it. */
  @Get('providers/Microsoft.ContainerRegistry/locations/:location/operationResults/:operationId')
  @NeedsNothing('only who began an operation was told its id')
  @OperationResult('Operations_GetResult')
  providerResult(@Arm() request: ArmRequest): Promise<object | undefined> {
    servedVersion(this.versions.all(), request.apiVersion, { type: 'locations/operationResults' });
    return this.result(request, request.id.name);
  }

  /** The result of the deletion of a resource group, or of a move out of it. */
  @Get('operationresults/:operationId')
  @NeedsNothing('only who began an operation was told its id')
  @OperationResult('Operations_GetGroupResult')
  groupResult(@Arm() request: ArmRequest): Promise<object | undefined> {
    servedVersion(RESOURCE_MANAGER_VERSIONS, request.apiVersion);
    return this.result(request, request.id.rest.at(-1) ?? '');
  }

  private async statusOf(request: ArmRequest): Promise<object> {
    servedVersion(this.versions.all(), request.apiVersion, { type: 'registries/operationStatuses' });
    const operation = await this.find(request, request.id.name);
    if (operation.endedAt) return { status: operation.status, ...(operation.error ? { error: operation.error } : {}) };
    request.answer(200, { 'azure-asyncoperation': request.url.href, 'retry-after': RETRY_AFTER_SECONDS });
    return { status: RUNNING_STATUS[operation.kind], ...progressOf(operation) };
  }

  private async result(request: ArmRequest, shownId: string): Promise<object | undefined> {
    const operation = await this.find(request, shownId);
    const { endedAt, error, kind } = operation;
    if (error) throw ArmError.ofOperation(error);
    if (endedAt) request.answer(RESULT_STATUS[kind] ?? 200);
    else request.answer(202, { location: request.url.href, 'retry-after': RETRY_AFTER_SECONDS });
    if (!WITH_STATUS.includes(kind)) return undefined;
    return endedAt ? { status: 'Succeeded' } : { status: 'Accepted', ...progressOf(operation) };
  }

  private async find({ id, caller }: ArmRequest, shownId: string): Promise<Operation> {
    const operationId = OPERATION_ID.exec(shownId)?.[1];
    await this.scopes.assertReadable(this.database, id.subscription(), caller);
    const found =
      operationId &&
      (await findOperation(this.database, operationId.toLowerCase(), id.subscriptionId, caller.tenantId));
    if (!found)
      throw new ArmError(
        'OperationNotFound',
        `There is no operation '${shownId}', or it ended more than seven days ago.`,
      );
    return found;
  }
}

function progressOf({ percentComplete }: Operation): { readonly percentComplete?: number } {
  return percentComplete === null ? {} : { percentComplete };
}
