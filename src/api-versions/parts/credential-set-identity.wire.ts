import { ApiProperty, getSchemaPath } from '@nestjs/swagger';
import { Allow, IsIn, IsObject, IsOptional } from 'class-validator';
import type { Problem } from '../../arm/arm-error.js';
import type { CredentialSet, IdentityType } from '../../credential-sets/credential-set.entity.js';
import { UserIdentityPropertiesWire } from './registry-parts.wire.js';

const IDENTITY_TYPES = ['SystemAssigned', 'UserAssigned', 'SystemAssigned, UserAssigned', 'None'] as const;

type IdentityColumns = Pick<CredentialSet, 'identityType' | 'userAssignedIdentities'>;

/** As whom the secrets of a credential set are read. */
export class CredentialSetIdentityWire {
  @IsOptional()
  @IsIn(IDENTITY_TYPES)
  @ApiProperty({ enum: IDENTITY_TYPES })
  readonly type?: IdentityType;

  /** Of the identity that the system assigns. */
  @Allow()
  @ApiProperty({ readOnly: true })
  readonly principalId?: string;

  @Allow()
  @ApiProperty({ readOnly: true })
  readonly tenantId?: string;

  /** User-assigned identities by their resource ids. */
  @IsOptional()
  @IsObject()
  @ApiProperty({ type: 'object', additionalProperties: { $ref: getSchemaPath(UserIdentityPropertiesWire) } })
  readonly userAssignedIdentities?: Record<string, object>;
}

/** What the decorators cannot say: each user-assigned identity is an object. */
export function identityShapeProblems(sent: CredentialSetIdentityWire | null | undefined): Problem[] {
  return Object.entries(sent?.userAssignedIdentities ?? {}).flatMap(([id, value]: [string, unknown]) =>
    typeof value === 'object' && value !== null && !Array.isArray(value)
      ? []
      : [
          {
            code: 'InvalidParameter' as const,
            target: 'identity.userAssignedIdentities',
            message: `'identity.userAssignedIdentities': the value of '${id}' must be an object, such as {}.`,
          },
        ],
  );
}

/** A type without user-assigned identities ends those that were there, which a merge patch brings along. */
export function identityFrom(sent: CredentialSetIdentityWire | null | undefined): IdentityColumns {
  const identityType = sent?.type ?? null;
  const isEnded = identityType !== null && !identityType.includes('UserAssigned');
  const ids = isEnded ? [] : Object.keys(sent?.userAssignedIdentities ?? {});
  const unique = new Map(ids.map((id) => [id.toLowerCase(), id]));
  return { identityType, userAssignedIdentities: [...unique.values()] };
}

/** The member `identity`, if there is one. What user-assigned identities there are elsewhere is not known here. */
export function identityOf(record: CredentialSet): object {
  const { identityType: type, principalId, tenantId, userAssignedIdentities } = record;
  if (type === null) return {};
  return {
    identity: {
      type,
      ...(type.includes('SystemAssigned') ? { principalId, tenantId } : {}),
      ...(userAssignedIdentities.length === 0
        ? {}
        : { userAssignedIdentities: Object.fromEntries(userAssignedIdentities.map((id) => [id, {}])) }),
    },
  };
}
