import { Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { ContentModule } from '../content/content.module.js';
import { CopyingModule } from '../copying/copying.module.js';
import { EdgeModule } from '../edge/edge.module.js';
import { RegistriesModule } from '../registries/registries.module.js';
import { UpstreamModule } from '../upstream/upstream.module.js';
import { ImageImport } from './image-import.entity.js';
import { ImportImage } from './import-image.js';
import { ImportImageController } from './import-image.controller.js';
import { ImportWork } from './import-work.js';
import { RegistryContent } from './registry-content.js';

/** Images of other registries, for those of this service. */
@Module({
  imports: [
    TypeOrmModule.forFeature([ImageImport]),
    RegistriesModule,
    ContentModule,
    CopyingModule,
    EdgeModule,
    UpstreamModule,
  ],
  controllers: [ImportImageController],
  providers: [ImportImage, ImportWork, RegistryContent],
})
export class ImportsModule {}
