import { Module } from '@nestjs/common';
import { UpstreamConnections } from './upstream-connections.js';
import { UpstreamRegistries } from './upstream-registries.js';

/** Other registries, wherever they are. */
@Module({
  providers: [UpstreamConnections, UpstreamRegistries],
  exports: [UpstreamRegistries],
})
export class UpstreamModule {}
