import { Controller, Get, Query, Req } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { servedVersion } from '../arm/api-version.js';
import { originOf } from '../arm/arm-request.js';
import { Config } from '../config/config.js';
import { METADATA_VERSIONS } from './metadata.js';
import { Public } from './public.js';

@Public()
@Controller()
export class MetadataController {
  constructor(private readonly config: Config) {}

  @Get('metadata/endpoints')
  endpoints(@Req() request: FastifyRequest, @Query('api-version') apiVersion?: string | string[]): unknown {
    const shape = servedVersion(METADATA_VERSIONS, [apiVersion].flat()[0], { type: 'metadata/endpoints' });
    return shape({ origin: originOf(request), loginServerSuffix: this.config.loginServerSuffix });
  }
}
