import { Injectable } from '@nestjs/common';
import { decodeJwt } from 'jose';
import { ArmError } from '../arm/arm-error.js';
import type { Caller } from '../arm/caller.js';
import { isUuid } from '../arm/uuid.js';
import { Database } from '../database/database.js';
import { isForRegistries } from '../identity/audiences.js';
import { generationOf, TokenVerifier } from '../identity/token-verifier.js';
import { isRefusal, Logins } from './logins.js';
import { OciError, sendJson, unavailable } from './oci-error.js';
import { takesArmTokens } from './permissions.repository.js';
import { readForm } from './read-form.js';
import { RegistryTokens } from './registry-tokens.js';
import type { EdgeCall } from './token-endpoint.js';
import { required, requireService } from './token-request.js';

const SERVER_ERROR = 500;

/** Which fields each grant type brings. The access token alone tells who it is; a refresh token beside it adds nothing. */
const GRANTS: ReadonlyMap<string, readonly string[]> = new Map([
  ['access_token', ['access_token']],
  ['access_token_refresh_token', ['access_token', 'refresh_token']],
]);

/** `/oauth2/exchange`: an access token of the issuer, for a refresh token of one registry. */
@Injectable()
export class ExchangeEndpoint {
  constructor(
    private readonly database: Database,
    private readonly verifier: TokenVerifier,
    private readonly tokens: RegistryTokens,
    private readonly logins: Logins,
  ) {}

  /** @throws OciError 400, 401, or 405. */
  async answer({ registry, origin, request, response }: EdgeCall): Promise<void> {
    if (request.method !== 'POST')
      throw new OciError('UNSUPPORTED', `The method ${request.method} is not served here.`, {
        headers: { Allow: 'POST' },
      });
    const form = await readForm(request);
    const token = accessTokenIn(form);
    requireService(required(form, 'service'), registry, origin);
    const caller = await this.callerOf(token);
    requireTenant(form.get('tenant'), caller);
    const claims = decodeJwt(token);
    if (!isForRegistries(claims.aud) && !(await takesArmTokens(this.database, registry.id)))
      throw refused(
        `Registry '${registry.name}' takes no tokens that were issued for Azure Resource Manager; ` +
          `ask for one with the scope 'https://containerregistry.azure.net/.default'.`,
      );
    const entry = await this.logins.byCaller(registry, caller, generationOf(claims));
    if (isRefusal(entry)) throw refused(entry.refused);
    const refresh = await this.tokens.issue({ registry, entry, use: 'refresh_token' });
    sendJson(response, 200, { refresh_token: refresh.token }, { 'Cache-Control': 'no-store' });
  }

  private async callerOf(token: string): Promise<Caller> {
    try {
      return await this.verifier.verify(token);
    } catch (error) {
      if (!(error instanceof ArmError)) throw error;
      throw error.status >= SERVER_ERROR ? unavailable(error.message, error) : refused(error.message);
    }
  }
}

function accessTokenIn(form: URLSearchParams): string {
  const grant = required(form, 'grant_type');
  const fields = GRANTS.get(grant);
  if (!fields)
    throw new OciError(
      'UNSUPPORTED',
      `The grant_type '${grant}' is not supported here; use ${[...GRANTS.keys()].join(' or ')}.` +
        (grant === 'refresh_token' ? ' Redeem the refresh token at its issuer first.' : ''),
      { status: 400 },
    );
  fields.forEach((field) => required(form, field));
  return required(form, 'access_token');
}

/** Clients that know no tenant's id send a name such as `organizations`. */
function requireTenant(tenant: string | null, caller: Caller): void {
  if (!tenant || !isUuid(tenant) || tenant.toLowerCase() === caller.tenantId) return;
  throw refused(`The access token is of the tenant '${caller.tenantId}', not of '${tenant}' as the form says.`);
}

function refused(message: string): OciError {
  return new OciError('UNAUTHORIZED', message);
}
