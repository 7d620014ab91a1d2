import { Global, Module } from '@nestjs/common';
import { APP_FILTER } from '@nestjs/core';
import { ArmErrorFilter } from './arm-error.filter.js';
import { OperationsController } from './operations.controller.js';
import { ArmPipeline } from './pipeline.js';
import { ResourceCatalogue } from './resource-catalogue.js';
import { ServedTypes } from './served-types.js';
import { ResourceWrites } from './writes.js';

/** Needs `Scopes` (subscriptions/) and `VersionTable` (api-versions/) from the application. */
@Global()
@Module({
  controllers: [OperationsController],
  providers: [
    ArmPipeline,
    ResourceWrites,
    ResourceCatalogue,
    ServedTypes,
    { provide: APP_FILTER, useClass: ArmErrorFilter },
  ],
  exports: [ArmPipeline, ResourceWrites, ResourceCatalogue, ServedTypes],
})
export class ArmModule {}
