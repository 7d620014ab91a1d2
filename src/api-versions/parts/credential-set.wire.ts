import { ApiProperty } from '@nestjs/swagger';
import { Type } from 'class-transformer';
import {
  Allow,
  ArrayMaxSize,
  ArrayMinSize,
  IsArray,
  IsIn,
  IsObject,
  IsOptional,
  IsString,
  ValidateNested,
} from 'class-validator';
import { parseBody } from '../../arm/parse-body.js';
import type { Wire } from '../../arm/resource-type.js';
import { CREDENTIAL_NAMES } from '../../credential-sets/credential-set.entity.js';
import type { CredentialSet } from '../../credential-sets/credential-set.entity.js';
import { CREDENTIAL_SET_TYPE } from '../../credential-sets/credential-set.type.js';
import { ProxyResourceWire, proxyResource } from './child.wire.js';
import {
  CredentialSetIdentityWire,
  identityFrom,
  identityOf,
  identityShapeProblems,
} from './credential-set-identity.wire.js';

/** Whether the credential could be used, and if not, why. */
export class CredentialHealthWire {
  @ApiProperty({ enum: ['Healthy', 'Unhealthy'] })
  readonly status?: string;

  readonly errorCode?: string;

  readonly errorMessage?: string;
}

/** Where a user name and its password are kept. */
export class AuthCredentialWire {
  /** The name of the credential. */
  @IsIn(CREDENTIAL_NAMES)
  @ApiProperty({ enum: CREDENTIAL_NAMES })
  readonly name: (typeof CREDENTIAL_NAMES)[number];

  /** URL of the key vault's secret that is the user name. */
  @IsString()
  readonly usernameSecretIdentifier: string;

  /** URL of the key vault's secret that is the password. */
  @IsString()
  readonly passwordSecretIdentifier: string;

  @Allow()
  @ApiProperty({ readOnly: true, type: () => CredentialHealthWire })
  readonly credentialHealth?: CredentialHealthWire;
}

/** For which registry, and with what. */
export class CredentialSetPropertiesWire {
  /** Host of the upstream registry, such as `docker.io`. Cannot be changed. */
  @IsString()
  readonly loginServer: string;

  /** A first credential, and a second one if there is. */
  @IsArray()
  @ArrayMinSize(1)
  @ArrayMaxSize(2)
  @IsObject({ each: true })
  @ValidateNested({ each: true })
  @Type(() => AuthCredentialWire)
  readonly authCredentials: AuthCredentialWire[];

  @Allow()
  @ApiProperty({ readOnly: true, format: 'date-time' })
  readonly creationDate?: string;

  @Allow()
  @ApiProperty({ readOnly: true, enum: ['Creating', 'Updating', 'Deleting', 'Succeeded', 'Failed', 'Canceled'] })
  readonly provisioningState?: string;
}

/** How to log in to one upstream registry. */
export class CredentialSetWire extends ProxyResourceWire {
  /** As whom the secrets are read. */
  @IsOptional()
  @IsObject()
  @ValidateNested()
  @Type(() => CredentialSetIdentityWire)
  readonly identity?: CredentialSetIdentityWire;

  @IsObject()
  @ValidateNested()
  @Type(() => CredentialSetPropertiesWire)
  readonly properties: CredentialSetPropertiesWire;
}

/** The same in every version that has credential sets. */
export const credentialSetWire: Wire<CredentialSet> = {
  shape: CredentialSetWire,
  parse(body) {
    const parsed = parseBody(CredentialSetWire, body);
    const problems = 'body' in parsed ? identityShapeProblems(parsed.body.identity) : [];
    return problems.length > 0 ? { problems } : parsed;
  },
  fromWire(body, base) {
    const { identity, properties } = body as CredentialSetWire;
    return {
      ...base,
      ...identityFrom(identity),
      loginServer: properties.loginServer,
      authCredentials: properties.authCredentials.map(
        ({ name, usernameSecretIdentifier, passwordSecretIdentifier }) => ({
          name,
          usernameSecretIdentifier,
          passwordSecretIdentifier,
        }),
      ),
    };
  },
  toWire: (record) => ({
    ...proxyResource(CREDENTIAL_SET_TYPE, record),
    ...identityOf(record),
    properties: {
      loginServer: record.loginServer,
      authCredentials: record.authCredentials.map((credential, index) => ({
        ...credential,
        credentialHealth: record.health?.[index],
      })),
      creationDate: record.createdAt.toISOString(),
      provisioningState: record.provisioningState,
    },
  }),
};
