import { Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { TrustCollection } from './trust-collection.entity.js';
import { TrustFile } from './trust-file.entity.js';
import { TrustKey } from './trust-key.entity.js';
import { Trust } from './trust.js';

/** Content trust: the signed metadata of repositories. */
@Module({
  imports: [TypeOrmModule.forFeature([TrustCollection, TrustFile, TrustKey])],
  providers: [Trust],
  exports: [Trust],
})
export class TrustModule {}
