import { Module } from '@nestjs/common';
import { DataPlaneModule } from '../data-plane/data-plane.module.js';
import { EngineRepositories } from './engine-repositories.js';

/** How images get from one registry into another. */
@Module({
  imports: [DataPlaneModule],
  providers: [EngineRepositories],
  exports: [EngineRepositories],
})
export class CopyingModule {}
