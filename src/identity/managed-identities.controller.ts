import { Controller, Get, Param, Post } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { ArmError } from '../arm/arm-error.js';
import { ArmTenant, type TenantRequest } from '../arm/arm-request.js';
import { OperatorOnly } from '../arm/operator-only.js';
import { listBody, pageOf } from '../arm/paging.js';
import { isUserAssignedIdentityId } from '../arm/user-assigned-identity.js';
import { Database } from '../database/database.js';
import { constraintOf } from '../database/retry.js';
import { IDENTITY_ENDPOINT_PATH } from './identity-endpoint.js';
import { ManagedIdentities, type IdentityWithHeader } from './managed-identities.js';
import { pageOfIdentities, type IdentifiedPrincipal } from './managed-identities.repository.js';
import {
  ManagedIdentityPageWire,
  ManagedIdentityWire,
  ManagedIdentityWithHeaderWire,
  NewManagedIdentityWire,
} from './managed-identities.wire.js';
import { PrincipalRoute } from './openapi.js';
import { bodyOf, failMissing, idAfter, idOf } from './principal-requests.js';
import { principalToWire } from './service-principals.controller.js';

const WHAT = 'managed identity';

/** Identities of programs that run beside the service. */
@ApiTags('Identity')
@OperatorOnly()
@Controller('identity/managedIdentities')
export class ManagedIdentitiesController {
  constructor(
    private readonly database: Database,
    private readonly identities: ManagedIdentities,
  ) {}

  /** The managed identities of all tenants. */
  @Get()
  @PrincipalRoute('ManagedIdentities_List', {
    answers: { 200: ['Some of them.', ManagedIdentityPageWire] },
    paged: true,
  })
  async list(@ArmTenant() request: TenantRequest): Promise<ManagedIdentityPageWire> {
    const page = pageOf(request.query);
    const found = await pageOfIdentities(this.database, idAfter(page), page.limit + 1);
    return listBody(found, page, request.url, ({ appId }) => appId, identityToWire);
  }

  /** Makes a managed identity, and tells once with what programs on this machine get its tokens. */
  @Post()
  @PrincipalRoute('ManagedIdentities_Create', {
    body: NewManagedIdentityWire,
    answers: { 201: ['It was made.', ManagedIdentityWithHeaderWire] },
  })
  async create(@ArmTenant() request: TenantRequest): Promise<ManagedIdentityWithHeaderWire> {
    const { displayName, tenantId, resourceId = null } = bodyOf(NewManagedIdentityWire, request.body);
    if (resourceId !== null && !isUserAssignedIdentityId(resourceId))
      throw unusable(
        `'resourceId': it must be the id of a user-assigned identity, such as ` +
          '/subscriptions/…/resourceGroups/…/providers/Microsoft.ManagedIdentity/userAssignedIdentities/name.',
      );
    const wanted = { displayName, tenantId: tenantId?.toLowerCase() ?? request.caller.tenantId, resourceId };
    const made = await this.identities.create(wanted).catch((error: unknown) => {
      if (constraintOf(error) !== 'service_principals_pkey') throw error;
      throw unusable(`'resourceId': there is an identity of '${resourceId}' already; reset its header.`);
    });
    request.answer(201);
    return withHeader(made, request);
  }

  /** Tells another value with which programs get its tokens; the one before is good no longer. */
  @Post(':appId/resetHeader')
  @PrincipalRoute('ManagedIdentities_ResetHeader', {
    answers: { 200: ['The identity and its new header.', ManagedIdentityWithHeaderWire] },
  })
  async resetHeader(
    @ArmTenant() request: TenantRequest,
    @Param('appId') appId: string,
  ): Promise<ManagedIdentityWithHeaderWire> {
    const reset = (await this.identities.resetHeader(idOf(WHAT, appId))) ?? failMissing(WHAT, appId);
    request.answer(200);
    return withHeader(reset, request);
  }
}

function identityToWire(identity: IdentifiedPrincipal): ManagedIdentityWire {
  const { resourceId } = identity;
  return { ...principalToWire(identity), ...(resourceId === null ? {} : { resourceId }) };
}

function withHeader({ identity, header }: IdentityWithHeader, { url }: TenantRequest): ManagedIdentityWithHeaderWire {
  return {
    ...identityToWire(identity),
    identityEndpoint: `${url.origin}/${IDENTITY_ENDPOINT_PATH}`,
    identityHeader: header.reveal(),
  };
}

function unusable(message: string): ArmError {
  return new ArmError('InvalidParameter', message, { target: 'resourceId' });
}
