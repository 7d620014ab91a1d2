import { Controller, Injectable, UseGuards, applyDecorators } from '@nestjs/common';
import type { CanActivate, ExecutionContext } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import type { FastifyRequest } from 'fastify';
import { RESOURCE_MANAGER_VERSIONS, servedVersion } from '../arm/api-version.js';
import { queryParameter } from '../arm/arm-request.js';

@Injectable()
class ApiVersionGuard implements CanActivate {
  canActivate(context: ExecutionContext): boolean {
    const { query } = context.switchToHttp().getRequest<FastifyRequest>();
    return servedVersion(RESOURCE_MANAGER_VERSIONS, queryParameter(query as Record<string, unknown>, 'api-version'));
  }
}

/** A controller of Azure Resource Manager's own routes: none of them answers without an api-version that it serves. */
export function ResourceManagerController(path: string, tag: string): ClassDecorator {
  return applyDecorators(Controller(path), UseGuards(ApiVersionGuard), ApiTags(tag));
}
