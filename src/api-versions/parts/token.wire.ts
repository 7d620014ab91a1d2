import { ApiProperty } from '@nestjs/swagger';
import { Type } from 'class-transformer';
import {
  Allow,
  IsArray,
  IsDefined,
  IsIn,
  IsObject,
  IsOptional,
  IsString,
  Matches,
  ValidateNested,
} from 'class-validator';
import { parseBody } from '../../arm/parse-body.js';
import type { Wire } from '../../arm/resource-type.js';
import { registryId } from '../../registries/registry-id.js';
import { childNameIn } from '../../tokens/child-name.js';
import { IsInstant } from '../../tokens/instant.js';
import { keptPasswords } from '../../tokens/token-password.js';
import { passwordToWire, TokenPasswordWire } from '../../tokens/token-credentials.wire.js';
import { TOKEN_STATUSES, type Token, type TokenStatus } from '../../tokens/token.entity.js';
import { TOKEN_TYPE } from '../../tokens/token.type.js';
import { ProxyResourceWire, proxyResource } from './child.wire.js';

const CERTIFICATE_NAMES = ['certificate1', 'certificate2'] as const;
const SCOPE_MAP_ID =
  /^\/subscriptions\/[^/]+\/resourceGroups\/[^/]+\/providers\/Microsoft\.ContainerRegistry\/registries\/[^/]+\/scopeMaps\/[^/]+$/i;

/** A certificate with which a token logs in. This release refuses them. */
export class TokenCertificateWire {
  @IsOptional()
  @IsIn(CERTIFICATE_NAMES)
  @ApiProperty({ enum: CERTIFICATE_NAMES })
  readonly name?: (typeof CERTIFICATE_NAMES)[number];

  @IsOptional()
  @IsInstant()
  @ApiProperty({ format: 'date-time' })
  readonly expiry?: string;

  @IsOptional()
  @IsString()
  readonly thumbprint?: string;

  /** The certificate in PEM, in base64. */
  @IsOptional()
  @IsString()
  readonly encodedPemCertificate?: string;
}

/** With what a token logs in. */
export class TokenCredentialsPropertiesWire {
  @IsOptional()
  @IsArray()
  @ValidateNested({ each: true })
  @Type(() => TokenCertificateWire)
  readonly certificates?: TokenCertificateWire[];

  /** Those that stay; what is not named is removed. All stay when there is no list. */
  @IsOptional()
  @IsArray()
  @ValidateNested({ each: true })
  @Type(() => TokenPasswordWire)
  readonly passwords?: TokenPasswordWire[];
}

/** What a token may do and with what it logs in. */
export class TokenPropertiesWire {
  @Allow()
  @ApiProperty({ readOnly: true, format: 'date-time' })
  readonly creationDate?: string;

  @Allow()
  @ApiProperty({ readOnly: true, enum: ['Creating', 'Updating', 'Deleting', 'Succeeded', 'Failed', 'Canceled'] })
  readonly provisioningState?: string;

  /** The resource id of a scope map of the same registry. */
  @Matches(SCOPE_MAP_ID, { message: 'it must be the resource id of a scope map' })
  readonly scopeMapId: string;

  @IsOptional()
  @IsObject()
  @ValidateNested()
  @Type(() => TokenCredentialsPropertiesWire)
  readonly credentials?: TokenCredentialsPropertiesWire;

  /** Whether the token may log in. */
  @IsOptional()
  @IsIn(TOKEN_STATUSES)
  @ApiProperty({ enum: TOKEN_STATUSES, default: 'enabled' })
  readonly status?: TokenStatus;
}

/** A name with up to two passwords that may log in to a registry and do there what its scope map says. */
export class TokenWire extends ProxyResourceWire {
  @IsDefined()
  @IsObject()
  @ValidateNested()
  @Type(() => TokenPropertiesWire)
  readonly properties: TokenPropertiesWire;
}

/** The same in every version that has tokens. */
export const tokenWire: Wire<Token> = {
  shape: TokenWire,
  parse(body) {
    const parsed = parseBody(TokenWire, body);
    return 'body' in parsed && parsed.body.properties.credentials?.certificates?.length ? NO_CERTIFICATES : parsed;
  },
  fromWire(body, base) {
    const { scopeMapId, status, credentials } = (body as TokenWire).properties;
    const { subscriptionId, groupName, registryName } = base;
    const above = registryId({ subscriptionId, groupName, name: registryName });
    // The id of something elsewhere stays whole: no scope map has such a name, and the refusal can tell it.
    const scopeMapName = childNameIn(scopeMapId, 'scopeMaps', above) ?? scopeMapId;
    return {
      ...base,
      scopeMapName,
      scopeMapKey: scopeMapName.toLowerCase(),
      status: status ?? 'enabled',
      passwords: credentials?.passwords ? keptPasswords(base.passwords, credentials.passwords) : base.passwords,
    };
  },
  toWire(record) {
    const { subscriptionId, groupName, registryName, scopeMapName } = record;
    const above = registryId({ subscriptionId, groupName, name: registryName });
    return {
      ...proxyResource(TOKEN_TYPE, record),
      properties: {
        creationDate: record.createdAt.toISOString(),
        provisioningState: record.provisioningState,
        scopeMapId: `${above}/scopeMaps/${scopeMapName}`,
        credentials: { passwords: record.passwords.map(passwordToWire) },
        status: record.status,
      },
    };
  },
};

const NO_CERTIFICATES = {
  problems: [
    {
      code: 'FeatureNotSupported' as const,
      target: 'properties.credentials.certificates',
      message: 'Nothing in this release lets a token log in with a certificate. Leave certificates out, or send [].',
    },
  ],
};
