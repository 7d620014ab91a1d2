import { Controller, Get, Param, Req, UseFilters } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import type { FastifyRequest } from 'fastify';
import type { JWK } from 'jose';
import { originOf } from '../arm/arm-request.js';
import { JsonWebKeySetWire, OpenIdConfigurationWire } from './identity.wire.js';
import { openIdConfiguration } from './issuer-urls.js';
import { OAuthErrorFilter } from './oauth-error.filter.js';
import { OpenGet } from './openapi.js';
import { Public } from './public.js';
import { SigningKeys } from './signing-keys.js';
import { TokenIssuer } from './token-issuer.js';

/** What verifiers of this service's tokens read. */
@Public()
@ApiTags('Identity')
@Controller()
@UseFilters(OAuthErrorFilter)
export class DiscoveryController {
  constructor(
    private readonly issuer: TokenIssuer,
    private readonly keys: SigningKeys,
  ) {}

  /** Where the issuer of all tenants has its endpoints. */
  @Get('adfs/.well-known/openid-configuration')
  @OpenGet('Discovery_Get', OpenIdConfigurationWire)
  configuration(@Req() request: FastifyRequest): Record<string, unknown> {
    return openIdConfiguration(originOf(request));
  }

  /** Where the issuer of one tenant has its endpoints. */
  @Get(':tenant/v2.0/.well-known/openid-configuration')
  @OpenGet('Discovery_GetInTenant', OpenIdConfigurationWire)
  async configurationOfTenant(
    @Req() request: FastifyRequest,
    @Param('tenant') tenant: string,
  ): Promise<Record<string, unknown>> {
    return openIdConfiguration(originOf(request), await this.issuer.knownTenant(tenant));
  }

  /** The keys of the issuer of all tenants. */
  @Get('adfs/discovery/keys')
  @OpenGet('Discovery_ListKeys', JsonWebKeySetWire)
  keySet(): Promise<{ keys: JWK[] }> {
    return this.published();
  }

  /** The keys of the issuer of one tenant. */
  @Get(':tenant/discovery/v2.0/keys')
  @OpenGet('Discovery_ListKeysInTenant', JsonWebKeySetWire)
  async keySetOfTenant(@Param('tenant') tenant: string): Promise<{ keys: JWK[] }> {
    await this.issuer.knownTenant(tenant);
    return this.published();
  }

  private async published(): Promise<{ keys: JWK[] }> {
    return { keys: (await this.keys.all('arm')).map(({ publicJwk }) => publicJwk) };
  }
}
