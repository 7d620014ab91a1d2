import { Injectable } from '@nestjs/common';
import { UpstreamConnections } from './upstream-connections.js';
import type { UpstreamCredentials } from './upstream-credentials.js';
import type { UpstreamPlace } from './upstream-place.js';
import { UpstreamSource } from './upstream-source.js';

/** Registries that are not of this service, to copy from. */
@Injectable()
export class UpstreamRegistries {
  constructor(private readonly connections: UpstreamConnections) {}

  /** @param credentials undefined: whatever anybody may pull. */
  source(place: UpstreamPlace, credentials?: UpstreamCredentials): UpstreamSource {
    return new UpstreamSource(this.connections, place, credentials);
  }
}
