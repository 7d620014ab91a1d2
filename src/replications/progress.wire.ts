import { ApiProperty } from '@nestjs/swagger';
import type { Progress } from './progress.repository.js';

/** The last comparison of a replica with its registry, or the one that is under way. */
export class ComparisonWire {
  /** `Running` or `Waiting` for its next time. */
  readonly state: 'Running' | 'Waiting';

  /** When it began; while it is running. */
  @ApiProperty({ format: 'date-time' })
  readonly begunAt?: string;

  /** When one came to its end last. */
  @ApiProperty({ format: 'date-time' })
  readonly endedAt?: string;

  /** Tags and manifests that the replica had otherwise than the registry, so far or the last time. */
  readonly differences: number;
}

/** How far a replica is. */
export class ProgressWire {
  /** Manifests that were copied to the replica since it was made. */
  readonly manifestsDone: number;

  /** Manifests that are to be copied, or to be looked at first. */
  readonly manifestsLeft: number;

  /** Bytes of layers and configs that were copied to the replica since it was made. */
  readonly bytesDone: number;

  /** What the manifests that are left have at most. */
  readonly bytesLeft: number;

  /** Tags and manifests that are on their way, deletions included. */
  readonly transfersLeft: number;

  /** Since when the oldest of them is. */
  @ApiProperty({ format: 'date-time' })
  readonly oldestTransfer?: string;

  /** Why the last attempt at one of them failed. */
  readonly lastError?: string;

  readonly comparison: ComparisonWire;
}

export function progressWire({
  begunAt,
  endedAt,
  found,
  foundLast,
  oldestTransfer,
  lastError,
  ...figures
}: Progress): ProgressWire {
  return {
    ...figures,
    ...(oldestTransfer && { oldestTransfer: oldestTransfer.toISOString() }),
    ...(lastError !== null && { lastError }),
    comparison: {
      state: begunAt ? 'Running' : 'Waiting',
      ...(begunAt && { begunAt: begunAt.toISOString() }),
      ...(endedAt && { endedAt: endedAt.toISOString() }),
      differences: begunAt ? found : foundLast,
    },
  };
}
