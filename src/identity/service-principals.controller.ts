import { Controller, Delete, Get, Param, Patch, Post } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { ArmTenant, type TenantRequest } from '../arm/arm-request.js';
import { OperatorOnly } from '../arm/operator-only.js';
import { listBody, pageOf } from '../arm/paging.js';
import { Database } from '../database/database.js';
import { Clock } from '../work/clock.js';
import { PrincipalRoute } from './openapi.js';
import { bodyOf, expiryOf, failMissing, idAfter, idOf, refuseOneself } from './principal-requests.js';
import {
  CreatedServicePrincipalWire,
  NewServicePrincipalWire,
  PrincipalChangeWire,
  ServicePrincipalPageWire,
  ServicePrincipalWire,
} from './principals.wire.js';
import type { ServicePrincipal } from './service-principal.entity.js';
import { ServicePrincipals } from './service-principals.js';
import { findPrincipal, pageOfPrincipals } from './service-principals.repository.js';
import { TokenVerifier } from './token-verifier.js';

const WHAT = 'service principal';

/** Applications that sign in to the local issuer. */
@ApiTags('Identity')
@OperatorOnly()
@Controller('identity/servicePrincipals')
export class ServicePrincipalsController {
  constructor(
    private readonly database: Database,
    private readonly principals: ServicePrincipals,
    private readonly verifier: TokenVerifier,
    private readonly clock: Clock,
  ) {}

  /** The service principals of all tenants. */
  @Get()
  @PrincipalRoute('ServicePrincipals_List', {
    answers: { 200: ['Some of them.', ServicePrincipalPageWire] },
    paged: true,
  })
  async list(@ArmTenant() request: TenantRequest): Promise<ServicePrincipalPageWire> {
    const page = pageOf(request.query);
    const found = await pageOfPrincipals(this.database, idAfter(page), page.limit + 1);
    return listBody(found, page, request.url, ({ appId }) => appId, principalToWire);
  }

  /** Makes a service principal with a first secret, which is told this once. */
  @Post()
  @PrincipalRoute('ServicePrincipals_Create', {
    body: NewServicePrincipalWire,
    answers: { 201: ['It was made.', CreatedServicePrincipalWire] },
  })
  async create(@ArmTenant() request: TenantRequest): Promise<CreatedServicePrincipalWire> {
    const wanted = bodyOf(NewServicePrincipalWire, request.body);
    const expiresAt = expiryOf('secretExpiresAt', wanted.secretExpiresAt, this.clock.now());
    const { appId, secret } = await this.database.transaction((tx) =>
      this.principals.create(tx, {
        tenantId: wanted.tenantId?.toLowerCase() ?? request.caller.tenantId,
        displayName: wanted.displayName,
        isOperator: wanted.isOperator ?? false,
        ...(expiresAt ? { secretExpiresAt: expiresAt } : {}),
      }),
    );
    request.answer(201);
    return { ...principalToWire(await this.find(appId)), secret: secret.reveal() };
  }

  /** One service principal. */
  @Get(':appId')
  @PrincipalRoute('ServicePrincipals_Get', { answers: { 200: ['The principal.', ServicePrincipalWire] } })
  async get(@Param('appId') appId: string): Promise<ServicePrincipalWire> {
    return principalToWire(await this.find(appId));
  }

  /** Renames a service principal, or says whether it may sign in. */
  @Patch(':appId')
  @PrincipalRoute('ServicePrincipals_Update', {
    body: PrincipalChangeWire,
    answers: { 200: ['The principal as it is now.', ServicePrincipalWire] },
  })
  async update(@ArmTenant() request: TenantRequest, @Param('appId') appId: string): Promise<ServicePrincipalWire> {
    const changes = bodyOf(PrincipalChangeWire, request.body);
    const found = await this.find(appId);
    if (changes.isEnabled === false) refuseOneself(request.caller, found.objectId);
    const changed = await this.principals.change(found.appId, changes);
    this.verifier.forgetAll();
    return principalToWire(changed ?? failMissing(WHAT, appId));
  }

  /** Deletes a service principal with its credentials; its tokens are refused from now on. */
  @Delete(':appId')
  @PrincipalRoute('ServicePrincipals_Delete', { answers: { 200: ['It was deleted.'], 204: ['There was none.'] } })
  async delete(@ArmTenant() request: TenantRequest, @Param('appId') appId: string): Promise<void> {
    const id = idOf(WHAT, appId);
    const found = await findPrincipal(this.database, id);
    if (found) refuseOneself(request.caller, found.objectId);
    request.answer((await this.principals.remove(id)) ? 200 : 204);
    this.verifier.forgetAll();
  }

  private async find(appId: string): Promise<ServicePrincipal> {
    return (await findPrincipal(this.database, idOf(WHAT, appId))) ?? failMissing(WHAT, appId);
  }
}

export function principalToWire(principal: ServicePrincipal): ServicePrincipalWire {
  const { appId, objectId, tenantId, displayName, isEnabled, isOperator, createdAt } = principal;
  return { appId, objectId, tenantId, displayName, isEnabled, isOperator, createdAt: createdAt.toISOString() };
}
