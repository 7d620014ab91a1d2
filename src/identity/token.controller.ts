import { Body, Controller, Header, Headers, HttpCode, Param, Post, Req, UseFilters } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { originOf } from '../arm/arm-request.js';
import { OAuthErrorFilter } from './oauth-error.filter.js';
import { Public } from './public.js';
import { TokenIssuer } from './token-issuer.js';
import type { TokenAnswer } from './token-issuer.js';

@Public()
@Controller()
@UseFilters(OAuthErrorFilter)
export class TokenController {
  constructor(private readonly issuer: TokenIssuer) {}

  @Post('adfs/oauth2/token')
  @HttpCode(200)
  @Header('cache-control', 'no-store')
  ofAnyTenant(
    @Req() request: FastifyRequest,
    @Body() body: unknown,
    @Headers('authorization') authorization?: string,
  ): Promise<TokenAnswer> {
    return this.issuer.issue({ origin: originOf(request), body, authorization });
  }

  @Post(':tenant/oauth2/v2.0/token')
  @HttpCode(200)
  @Header('cache-control', 'no-store')
  ofTenant(
    @Req() request: FastifyRequest,
    @Param('tenant') tenant: string,
    @Body() body: unknown,
    @Headers('authorization') authorization?: string,
  ): Promise<TokenAnswer> {
    return this.issuer.issue({ origin: originOf(request), tenant, body, authorization });
  }
}
