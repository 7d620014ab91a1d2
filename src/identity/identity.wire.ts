import { ApiProperty } from '@nestjs/swagger';
import { GRANTS } from './token-grants.js';

/** What is sent for a token. */
export class TokenRequestWire {
  @ApiProperty({ enum: GRANTS })
  readonly grant_type: string;

  /** The service principal's application id, which may be sent with HTTP Basic instead; or what a user's client calls itself. */
  readonly client_id?: string;

  /** May be sent with HTTP Basic instead. */
  readonly client_secret?: string;

  /**
   * What the token is for, followed by `/.default`.
   * @example "https://localhost:8443//.default"
   */
  readonly scope?: string;

  /** In place of `scope`: what the token is for. */
  readonly resource?: string;

  /** In place of `client_secret`: a JWT that a registered certificate signed. */
  readonly client_assertion?: string;

  /** With `client_assertion`: `urn:ietf:params:oauth:client-assertion-type:jwt-bearer`. */
  readonly client_assertion_type?: string;

  /** For `password`. */
  readonly username?: string;

  /** For `password`. */
  readonly password?: string;

  /** For `refresh_token`. */
  readonly refresh_token?: string;

  /** For a device code. */
  readonly device_code?: string;
}

/** A token. */
export class TokenAnswerWire {
  @ApiProperty({ enum: ['Bearer'] })
  readonly token_type: string;

  /** Seconds for which the token is valid. */
  @ApiProperty({ type: 'integer' })
  readonly expires_in: number;

  @ApiProperty({ type: 'integer' })
  readonly ext_expires_in: number;

  readonly access_token: string;

  /** What was granted, for tokens of users. */
  readonly scope?: string;

  /** For tokens of users, with the scope `openid`. */
  readonly id_token?: string;

  /** For tokens of users, with the scope `offline_access`; good for one use. */
  readonly refresh_token?: string;

  /** For tokens of users: which account they are of. */
  readonly client_info?: string;
}

/** What is sent for a device code. */
export class DeviceCodeRequestWire {
  /** What the client calls itself. */
  readonly client_id: string;

  /** What the token is for, followed by `/.default`, and other scopes. */
  readonly scope?: string;

  /** In place of `scope`: what the token is for. */
  readonly resource?: string;
}

/** A code for a user to type elsewhere, and one to ask with for the token. */
export class DeviceCodeAnswerWire {
  readonly device_code: string;
  readonly user_code: string;
  readonly verification_uri: string;
  readonly verification_url: string;

  /** Seconds. */
  @ApiProperty({ type: 'integer' })
  readonly expires_in: number;

  /** Seconds between two questions. */
  @ApiProperty({ type: 'integer' })
  readonly interval: number;

  /** For the user. */
  readonly message: string;
}

/** Why there is no token, as RFC 6749 has it. */
export class OAuthErrorWire {
  /** @example "invalid_client" */
  readonly error: string;

  readonly error_description: string;

  @ApiProperty({ type: 'array', items: { type: 'integer' } })
  readonly error_codes: number[];

  @ApiProperty({ format: 'date-time' })
  readonly timestamp: string;

  /** `bad_token`: only the user can help, by signing in anew. */
  readonly suberror?: string;
}

/** The discovery document of OpenID Connect. */
export class OpenIdConfigurationWire {
  readonly issuer: string;
  readonly authorization_endpoint: string;
  readonly token_endpoint: string;
  readonly device_authorization_endpoint: string;
  readonly jwks_uri: string;
  readonly response_types_supported: string[];
  readonly grant_types_supported: string[];
  readonly subject_types_supported: string[];
  readonly id_token_signing_alg_values_supported: string[];
  readonly token_endpoint_auth_methods_supported: string[];
  readonly token_endpoint_auth_signing_alg_values_supported: string[];
  readonly scopes_supported: string[];
  readonly claims_supported: string[];
}

/** A public key, as RFC 7517 has it. */
export class JsonWebKeyWire {
  readonly kty: string;
  readonly kid: string;
  readonly alg?: string;
  readonly use?: string;

  /** Modulus of an RSA key. */
  readonly n?: string;

  /** Exponent of an RSA key. */
  readonly e?: string;
}

/** The keys with which tokens are signed. */
export class JsonWebKeySetWire {
  readonly keys: JsonWebKeyWire[];
}

/** Where clients sign in. */
export class CloudAuthenticationWire {
  readonly loginEndpoint: string;
  readonly audiences: string[];
}

/** The description of this cloud in version 2015-01-01. */
export class CloudEndpointsWire {
  readonly galleryEndpoint: string;
  readonly graphEndpoint: string;
  readonly portalEndpoint: string;
  readonly authentication: CloudAuthenticationWire;
}

/** The description of this cloud in version 2019-05-01. */
export class CloudWire {
  readonly name: string;
  readonly portal: string;
  readonly authentication: CloudAuthenticationWire;
  readonly resourceManager: string;
  readonly graphAudience: string;
  readonly graph: string;
  readonly microsoftGraphResourceId: string;
  readonly gallery: string;
  readonly batch: string;
  readonly media: string;
  readonly sqlManagement: string;
  readonly vmImageAliasDoc: string;
  readonly activeDirectoryDataLake: string;

  /** Domains by service, without a leading dot; `acrLoginServer` is that of the registries. */
  @ApiProperty({ type: 'object', additionalProperties: { type: 'string' } })
  readonly suffixes: Record<string, string>;
}
