import { Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { PredefinedTag } from './predefined-tag.entity.js';
import { ScopeTags } from './scope-tags.js';
import { ScopeTagsController } from './scope-tags.controller.js';
import { TagNames } from './tag-names.js';
import { TagNamesController } from './tag-names.controller.js';
import { TagUsage } from './tag-usage.js';

@Module({
  imports: [TypeOrmModule.forFeature([PredefinedTag])],
  controllers: [ScopeTagsController, TagNamesController],
  providers: [ScopeTags, TagNames, TagUsage],
})
export class TagsModule {}
