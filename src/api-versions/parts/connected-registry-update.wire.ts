import { ApiProperty } from '@nestjs/swagger';
import { Type } from 'class-transformer';
import { IsObject, IsOptional, IsString, Matches, ValidateIf, ValidateNested } from 'class-validator';
import { throwIfAny } from '../../arm/arm-error.js';
import { mergePatch } from '../../arm/merge-patch.js';
import { parseBody } from '../../arm/parse-body.js';
import { DURATION, NOT_A_DURATION } from './connected-registry.wire.js';

const isSaid = (_: object, value: unknown): boolean => value !== undefined;

/** What of the synchronisation a patch can change. */
export class SyncUpdatePropertiesWire {
  /** Cron expression of when it synchronises. */
  @IsOptional()
  @IsString()
  readonly schedule?: string;

  /** For how long it may synchronise each time, such as `PT3H`. */
  @IsOptional()
  @Matches(DURATION, NOT_A_DURATION)
  @ApiProperty({ format: 'duration' })
  readonly syncWindow?: string;

  /** For how long a message is kept for it, such as `P2D`. */
  @ValidateIf(isSaid)
  @Matches(DURATION, NOT_A_DURATION)
  @ApiProperty({ format: 'duration' })
  readonly messageTtl?: string;
}

class SyncPatchPropertiesWire {
  @IsObject()
  @ValidateNested()
  @Type(() => SyncUpdatePropertiesWire)
  readonly syncProperties: SyncUpdatePropertiesWire;
}

/** The part of a patch that stands elsewhere than in the resource. */
class SyncPatchWire {
  @ValidateNested()
  @Type(() => SyncPatchPropertiesWire)
  readonly properties: SyncPatchPropertiesWire;
}

/**
 * The resource that a merge patch makes of the one that answers show. `properties.syncProperties` of a patch is
 * `properties.parent.syncProperties` of the resource.
 * @throws ArmError when that part is not as it has to be, by its place in the patch.
 */
export function patchedConnectedRegistry(shown: object, patch: unknown): unknown {
  const properties = membersOf(membersOf(patch)?.['properties']);
  if (properties?.['syncProperties'] === undefined) return mergePatch(shown, patch);
  const { syncProperties, ...others } = properties;
  const parsed = parseBody(SyncPatchWire, { properties: { syncProperties } });
  if ('problems' in parsed) throwIfAny(parsed.problems);
  const parent = { ...membersOf(others['parent']), syncProperties };
  return mergePatch(shown, { ...membersOf(patch), properties: { ...others, parent } });
}

function membersOf(value: unknown): Readonly<Record<string, unknown>> | undefined {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? { ...value } : undefined;
}
