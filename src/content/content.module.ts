import { Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { DataPlaneModule } from '../data-plane/data-plane.module.js';
import { RegistriesModule } from '../registries/registries.module.js';
import { UsageModule } from '../usage/usage.module.js';
import { ContentAttributes } from './content-attributes.js';
import { ContentEvent } from './content-event.entity.js';
import { ContentEvents } from './content-events.js';
import { ContentLists } from './content-lists.js';
import { ContentRecords } from './content-records.js';
import { ContentSearch } from './content-search.js';
import { Content } from './content.js';
import { DeletedContent } from './deleted-content.js';
import { DeletedManifest } from './deleted-manifest.entity.js';
import { DeletedPurge } from './deleted-purge.js';
import { DeletedReference } from './deleted-reference.entity.js';
import { DeletedTag } from './deleted-tag.entity.js';
import { GarbageBlob } from './garbage-blob.entity.js';
import { GarbageCollection } from './garbage-collection.entity.js';
import { GarbageCollector } from './garbage-collector.js';
import { GarbageWork } from './garbage-work.js';
import { Garbage } from './garbage.js';
import { ImageTag } from './image-tag.entity.js';
import { ManifestReference } from './manifest-reference.entity.js';
import { Manifest } from './manifest.entity.js';
import { PullTimes } from './pull-times.js';
import { Quarantine } from './quarantine.js';
import { RegistryContent } from './registry-content.entity.js';
import { Repository } from './repository.entity.js';
import { Retention } from './retention.js';
import { TagImmutabilityPolicy } from './tag-immutability-policy.entity.js';

/** What the registries hold: repositories, manifests and tags. */
@Module({
  imports: [
    TypeOrmModule.forFeature([
      RegistryContent,
      Repository,
      Manifest,
      ManifestReference,
      ImageTag,
      ContentEvent,
      TagImmutabilityPolicy,
      DeletedManifest,
      DeletedReference,
      DeletedTag,
      GarbageBlob,
      GarbageCollection,
    ]),
    RegistriesModule,
    DataPlaneModule,
    UsageModule,
  ],
  providers: [
    Content,
    ContentEvents,
    ContentLists,
    ContentRecords,
    ContentSearch,
    ContentAttributes,
    DeletedContent,
    DeletedPurge,
    Quarantine,
    PullTimes,
    Garbage,
    GarbageCollector,
    GarbageWork,
    Retention,
  ],
  exports: [
    Content,
    ContentEvents,
    ContentLists,
    ContentRecords,
    ContentSearch,
    ContentAttributes,
    DeletedContent,
    DeletedPurge,
    Garbage,
    Quarantine,
    PullTimes,
  ],
})
export class ContentModule {}
