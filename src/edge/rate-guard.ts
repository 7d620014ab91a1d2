import { Injectable } from '@nestjs/common';
import { networkOf } from '../forwarding/network-of.js';
import { RateLimits } from '../rate-limits/rate-limits.js';
import type { Operation } from '../rate-limits/rates.js';
import { RefusedLogins } from '../rate-limits/refused-logins.js';
import type { RegistryEndpoint } from '../registries/login-servers.js';
import type { Login } from './logins.js';
import { OciError } from './oci-error.js';
import { identityOf, isRefusedLogin, triesToLogIn } from './rate-operation.js';
import type { EdgeCall } from './token-endpoint.js';

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
    { registry, address }: Pick<EdgeCall, 'registry' | 'address'>,
    operation: Operation | undefined,
    login: Login,
  ): Promise<void> {
    if (!operation) return;
    const seconds = await this.limits.take(registry, operation, identityOf(login, address));
    if (seconds !== undefined)
      throw tooMany(
        `The registry '${registry.name}' (${registry.sku}) has been asked for too many ${operation}`,
        seconds,
      );
  }

  /** As above, of requests for tokens. */
  async requireLogin(registry: RegistryEndpoint, address: string): Promise<void> {
    const seconds = await this.limits.takeLogin(registry, networkOf(address));
    if (seconds !== undefined)
      throw tooMany(`The address ${address} has asked the registry '${registry.name}' for too many tokens`, seconds);
  }

  /**
   * Serves a request, and counts it when it tried to log in and was refused.
   * @throws OciError 429 when too many before it, from the same address, were.
   */
  async watchLogin({ registry, address, request }: EdgeCall, serve: () => Promise<void>): Promise<void> {
    if (!triesToLogIn(request)) return serve();
    const network = networkOf(address);
    const seconds = this.refusedLogins.waitSeconds(registry.id, network);
    if (seconds !== undefined)
      throw tooMany(`The registry '${registry.name}' has refused too many logins from the address ${address}`, seconds);
    try {
      return await serve();
    } catch (error) {
      if (isRefusedLogin(error)) await this.refusedLogins.count(registry.id, network);
      throw error;
    }
  }
}

function tooMany(what: string, seconds: number): OciError {
  return new OciError('TOOMANYREQUESTS', `${what}; send the request again after ${seconds} seconds.`, {
    headers: { 'Retry-After': String(seconds) },
  });
}
