import { Body, Controller, Header, Headers, HttpCode, Param, Post, Req, UseFilters } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import type { FastifyRequest } from 'fastify';
import { originOf } from '../arm/arm-request.js';
import { OAuthErrorFilter } from './oauth-error.filter.js';
import { TokenPost } from './openapi.js';
import { Public } from './public.js';
import { RefusedSignIns } from './refused-sign-ins.js';
import { TokenIssuer } from './token-issuer.js';
import type { TokenAnswer } from './token-issuer.js';

@Public()
@ApiTags('Identity')
@Controller()
@UseFilters(OAuthErrorFilter)
export class TokenController {
  constructor(
    private readonly issuer: TokenIssuer,
    private readonly refused: RefusedSignIns,
  ) {}

  /** A token for a service principal of any tenant. */
  @Post('adfs/oauth2/token')
  @TokenPost('AccessTokens_Create')
  @HttpCode(200)
  @Header('cache-control', 'no-store')
  ofAnyTenant(
    @Req() request: FastifyRequest,
    @Body() body: unknown,
    @Headers('authorization') authorization?: string,
  ): Promise<TokenAnswer> {
    const call = { origin: originOf(request), body, authorization };
    return this.refused.watch(request.ip, () => this.issuer.issue(call));
  }

  /** A token for a service principal of one tenant. */
  @Post(':tenant/oauth2/v2.0/token')
  @TokenPost('AccessTokens_CreateInTenant')
  @HttpCode(200)
  @Header('cache-control', 'no-store')
  ofTenant(
    @Req() request: FastifyRequest,
    @Param('tenant') tenant: string,
    @Body() body: unknown,
    @Headers('authorization') authorization?: string,
  ): Promise<TokenAnswer> {
    const call = { origin: originOf(request), tenant, body, authorization };
    return this.refused.watch(request.ip, () => this.issuer.issue(call));
  }
}
