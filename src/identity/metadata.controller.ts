import { Controller, Get, Query, Req } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import type { FastifyRequest } from 'fastify';
import { servedVersion } from '../arm/api-version.js';
import { originOf } from '../arm/arm-request.js';
import { Config } from '../config/config.js';
import { METADATA_VERSIONS } from './metadata.js';
import { CloudGet } from './openapi.js';
import { Public } from './public.js';

@Public()
@ApiTags('Identity')
@Controller()
export class MetadataController {
  constructor(private readonly config: Config) {}

  /** What clients need to know of this cloud before they sign in. */
  @Get('metadata/endpoints')
  @CloudGet('Cloud_Get')
  endpoints(@Req() request: FastifyRequest, @Query('api-version') apiVersion?: string | string[]): unknown {
    const shape = servedVersion(METADATA_VERSIONS, [apiVersion].flat()[0], { type: 'metadata/endpoints' });
    return shape({ origin: originOf(request), loginServerSuffix: this.config.loginServerSuffix });
  }
}
