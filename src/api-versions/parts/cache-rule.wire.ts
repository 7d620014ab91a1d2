import { ApiProperty } from '@nestjs/swagger';
import { Type } from 'class-transformer';
import { Allow, IsObject, IsOptional, IsString, ValidateNested } from 'class-validator';
import { parseBody } from '../../arm/parse-body.js';
import type { Wire } from '../../arm/resource-type.js';
import type { CacheRule } from '../../cache-rules/cache-rule.entity.js';
import { CACHE_RULE_TYPE } from '../../cache-rules/cache-rule.type.js';
import { credentialSetNameOf, credentialSetResourceId } from '../../cache-rules/credential-set-reference.js';
import { ProxyResourceWire, proxyResource } from './child.wire.js';

/** What a cache rule maps to what. */
export class CacheRulePropertiesWire {
  /** Resource id of the credential set, of the same registry, to log in with; none when it is missing. */
  @IsOptional()
  @IsString()
  readonly credentialSetResourceId?: string | null;

  /** Such as `docker.io/library/ubuntu`, or `docker.io/library/*` for all below. Cannot be changed. */
  @IsString()
  readonly sourceRepository: string;

  /** Under which name it is pulled here: `ubuntu`, or `hub/*` for all below. Cannot be changed. */
  @IsString()
  readonly targetRepository: string;

  @Allow()
  @ApiProperty({ readOnly: true, format: 'date-time' })
  readonly creationDate?: string;

  @Allow()
  @ApiProperty({ readOnly: true, enum: ['Creating', 'Updating', 'Deleting', 'Succeeded', 'Failed', 'Canceled'] })
  readonly provisioningState?: string;
}

/** Which repository of another registry is to be found under which name in this one. */
export class CacheRuleWire extends ProxyResourceWire {
  @IsObject()
  @ValidateNested()
  @Type(() => CacheRulePropertiesWire)
  readonly properties: CacheRulePropertiesWire;
}

/** The same in every version that has cache rules. */
export const cacheRuleWire: Wire<CacheRule> = {
  shape: CacheRuleWire,
  parse: (body) => parseBody(CacheRuleWire, body),
  fromWire(body, base) {
    const { credentialSetResourceId: id, sourceRepository, targetRepository } = (body as CacheRuleWire).properties;
    const credentialSetName = typeof id === 'string' ? credentialSetNameOf(id, base) : null;
    const credentialSetKey = credentialSetName?.toLowerCase() ?? null;
    return { ...base, sourceRepository, targetRepository, credentialSetName, credentialSetKey };
  },
  toWire: (record) => ({
    ...proxyResource(CACHE_RULE_TYPE, record),
    properties: {
      ...(record.credentialSetName === null
        ? {}
        : { credentialSetResourceId: credentialSetResourceId(record.credentialSetName, record) }),
      sourceRepository: record.sourceRepository,
      targetRepository: record.targetRepository,
      creationDate: record.createdAt.toISOString(),
      provisioningState: record.provisioningState,
    },
  }),
};
