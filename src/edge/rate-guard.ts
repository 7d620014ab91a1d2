import type { IncomingMessage } from 'node:http';
import { Injectable } from '@nestjs/common';
import { RateLimits } from '../rate-limits/rate-limits.js';
import type { Operation } from '../rate-limits/rates.js';
import { RefusedLogins } from '../rate-limits/refused-logins.js';
import type { RegistryEndpoint } from '../registries/login-servers.js';
import type { Login } from './logins.js';
import { OciError } from './oci-error.js';
import { identityOf, isRefusedLogin, networkOf, triesToLogIn } from './rate-operation.js';

/** Answers 429 to what a registry may not be asked so often. */
@Injectable()
export class RateGuard {
  constructor(
    private readonly limits: RateLimits,
    private readonly refusedLogins: RefusedLogins,
  ) {}

  /**
   * Counts what somebody who may do it is about to do.
   * @throws OciError 429 when that is one too many, and whatever the database throws.
   */
  async require(
    registry: RegistryEndpoint,
    operation: Operation | undefined,
    login: Login,
    address: string,
  ): Promise<void> {
    const seconds = operation && (await this.limits.take(registry, operation, identityOf(login, address)));
    if (seconds !== undefined)
      throw tooMany(
        `The registry '${registry.name}' of the SKU ${registry.sku} has been asked for too many ${operation}`,
        seconds,
      );
  }

  /** As above, of requests for tokens. */
  async requireLogin(registry: RegistryEndpoint, address: string): Promise<void> {
    const seconds = await this.limits.takeLogin(registry, networkOf(address));
    if (seconds !== undefined)
      throw tooMany(`The address ${address} has asked the registry '${registry.name}' for too many tokens`, seconds);
  }

  /** @throws OciError 429 when the request wants to log in, and too many before it from its address were refused. */
  requireFewRefusals(registry: RegistryEndpoint, address: string, request: IncomingMessage): void {
    if (!triesToLogIn(request)) return;
    const seconds = this.refusedLogins.waitSeconds(registry.id, networkOf(address));
    if (seconds !== undefined)
      throw tooMany(`The registry '${registry.name}' has refused too many logins from the address ${address}`, seconds);
  }

  /** Remembers a login that was refused; anything else that went wrong is no matter of this. */
  async refused(registry: RegistryEndpoint, address: string, request: IncomingMessage, error: unknown): Promise<void> {
    if (triesToLogIn(request) && isRefusedLogin(error)) await this.refusedLogins.count(registry.id, networkOf(address));
  }
}

function tooMany(what: string, seconds: number): OciError {
  return new OciError('TOOMANYREQUESTS', `${what}; send the request again after ${seconds} seconds.`, {
    headers: { 'Retry-After': String(seconds) },
  });
}
