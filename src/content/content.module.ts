import { Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { RegistriesModule } from '../registries/registries.module.js';
import { ContentAttributes } from './content-attributes.js';
import { ContentLists } from './content-lists.js';
import { ContentRecords } from './content-records.js';
import { Content } from './content.js';
import { ImageTag } from './image-tag.entity.js';
import { ManifestReference } from './manifest-reference.entity.js';
import { Manifest } from './manifest.entity.js';
import { RegistryContent } from './registry-content.entity.js';
import { Repository } from './repository.entity.js';

/** What the registries hold: repositories, manifests and tags. */
@Module({
  imports: [
    TypeOrmModule.forFeature([RegistryContent, Repository, Manifest, ManifestReference, ImageTag]),
    RegistriesModule,
  ],
  providers: [Content, ContentLists, ContentRecords, ContentAttributes],
  exports: [Content, ContentLists, ContentRecords, ContentAttributes],
})
export class ContentModule {}
