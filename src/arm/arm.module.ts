import { Global, Module } from '@nestjs/common';
import { APP_FILTER } from '@nestjs/core';
import { ArmErrorFilter } from './arm-error.filter.js';
import { OperationsController } from './operations.controller.js';
import { ArmPipeline } from './pipeline.js';
import { ResourceCatalogue } from './resource-catalogue.js';

/** Needs `Scopes` (subscriptions/) and `VersionTable` (api-versions/) from the application. */
@Global()
@Module({
  controllers: [OperationsController],
  providers: [ArmPipeline, ResourceCatalogue, { provide: APP_FILTER, useClass: ArmErrorFilter }],
  exports: [ArmPipeline, ResourceCatalogue],
})
export class ArmModule {}
