import { Controller, Get, Param, Req, UseFilters } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import type { JWK } from 'jose';
import { originOf } from '../arm/arm-request.js';
import { openIdConfiguration } from './issuer-urls.js';
import { OAuthErrorFilter } from './oauth-error.filter.js';
import { Public } from './public.js';
import { SigningKeys } from './signing-keys.js';
import { TokenIssuer } from './token-issuer.js';

@Public()
@Controller()
@UseFilters(OAuthErrorFilter)
export class DiscoveryController {
  constructor(
    private readonly issuer: TokenIssuer,
    private readonly keys: SigningKeys,
  ) {}

  @Get('adfs/.well-known/openid-configuration')
  configuration(@Req() request: FastifyRequest): Record<string, unknown> {
    return openIdConfiguration(originOf(request));
  }

  @Get(':tenant/v2.0/.well-known/openid-configuration')
  async configurationOfTenant(
    @Req() request: FastifyRequest,
    @Param('tenant') tenant: string,
  ): Promise<Record<string, unknown>> {
    return openIdConfiguration(originOf(request), await this.issuer.knownTenant(tenant));
  }

  @Get('adfs/discovery/keys')
  keySet(): Promise<{ keys: JWK[] }> {
    return this.published();
  }

  @Get(':tenant/discovery/v2.0/keys')
  async keySetOfTenant(@Param('tenant') tenant: string): Promise<{ keys: JWK[] }> {
    await this.issuer.knownTenant(tenant);
    return this.published();
  }

  private async published(): Promise<{ keys: JWK[] }> {
    return { keys: (await this.keys.all('arm')).map(({ publicJwk }) => publicJwk) };
  }
}
