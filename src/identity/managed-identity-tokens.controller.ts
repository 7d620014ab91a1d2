import { Controller, Get, Req, Res } from '@nestjs/common';
import { ApiHeader, ApiOperation, ApiQuery, ApiResponse, ApiTags } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { originOf } from '../arm/arm-request.js';
import { Clock } from '../work/clock.js';
import { IDENTITY_ENDPOINT_PATH } from './identity-endpoint.js';
import { issuerOf } from './issuer-urls.js';
import { ManagedIdentities } from './managed-identities.js';
import { ManagedIdentityErrorWire, ManagedIdentityTokenWire } from './managed-identities.wire.js';
import {
  isManagedIdentityRefusal,
  readManagedIdentityRequest,
  type ManagedIdentityRefusal,
} from './managed-identity-request.js';
import { Public } from './public.js';
import { TokenIssuer } from './token-issuer.js';

/** Tokens for what runs on this machine, in the forms of virtual machines and of App Service. */
@Public()
@ApiTags('Identity')
@Controller()
export class ManagedIdentityTokensController {
  constructor(
    private readonly identities: ManagedIdentities,
    private readonly issuer: TokenIssuer,
    private readonly clock: Clock,
  ) {}

  /** A token of a managed identity, for a program on this machine that knows the identity's header. */
  @Get(IDENTITY_ENDPOINT_PATH)
  @ApiOperation({ operationId: 'ManagedIdentityTokens_Get', security: [] })
  @ApiHeader({ name: 'X-IDENTITY-HEADER', description: 'The value of `IDENTITY_HEADER`; `secret` in 2017-09-01.' })
  @ApiHeader({ name: 'Metadata', description: '`true`, in 2018-02-01.', required: false })
  @ApiQuery({ name: 'api-version', schema: { type: 'string', enum: ['2018-02-01', '2019-08-01', '2017-09-01'] } })
  @ApiQuery({ name: 'resource', description: 'What the token is for.', schema: { type: 'string' } })
  @ApiQuery({ name: 'client_id', required: false, description: 'Of the identity.', schema: { type: 'string' } })
  @ApiResponse({ status: 200, description: 'The token.', type: ManagedIdentityTokenWire })
  @ApiResponse({ status: 'default', description: 'Why there is none.', type: ManagedIdentityErrorWire })
  async token(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    void reply.header('cache-control', 'no-store');
    const asked = readManagedIdentityRequest({
      address: request.socket.remoteAddress ?? '',
      headers: request.headers,
      query: request.query as Readonly<Record<string, unknown>>,
    });
    if (isManagedIdentityRefusal(asked)) return refuse(reply, asked);
    const identity = await this.identities.holderOf(asked.header);
    if (!identity) return refuse(reply, UNKNOWN);
    if (!asked.isMeant(identity)) return refuse(reply, OTHER);
    const issuer = issuerOf(originOf(request), identity.tenantId);
    const { access_token, expires_in } = await this.issuer.ofPrincipal(identity, asked.resource, issuer);
    const now = Math.floor(this.clock.now().getTime() / 1000);
    const answer: ManagedIdentityTokenWire = {
      access_token,
      token_type: 'Bearer',
      resource: asked.resource,
      client_id: identity.appId,
      expires_in: String(expires_in),
      expires_on: String(now + expires_in),
      not_before: String(now),
    };
    void reply.send(answer);
  }
}

const UNKNOWN: ManagedIdentityRefusal = {
  status: 401,
  error: 'unauthorized_client',
  description: 'No managed identity has that IDENTITY_HEADER, or the identity is disabled.',
};

const OTHER: ManagedIdentityRefusal = {
  status: 400,
  error: 'invalid_request',
  description: 'Identity not found: the IDENTITY_HEADER is that of another identity than the one that was asked for.',
};

function refuse(reply: FastifyReply, { status, error, description }: ManagedIdentityRefusal): void {
  const answer: ManagedIdentityErrorWire = { error, error_description: description };
  void reply.code(status).send(answer);
}
