import { ApiProperty } from '@nestjs/swagger';
import { ProgressWire } from './progress.wire.js';

/** What a registry has in another zone of one of its regions. */
export class ZoneWire {
  /** In the form of `westeurope`. */
  readonly region: string;

  /** Of the region; the first is that of the registry, or of the replication, itself. */
  @ApiProperty({ type: 'integer' })
  readonly zone: number;

  /** `Making` while it has no engine, `Syncing` until it has all that the registry holds, then `Ready`. */
  readonly state: string;

  /** Why the last attempt to make it failed. */
  readonly lastError?: string;

  readonly progress: ProgressWire;
}

export class ZoneListWire {
  readonly value: ZoneWire[];
}
