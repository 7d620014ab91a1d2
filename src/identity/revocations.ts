import { Injectable } from '@nestjs/common';
import type { OnApplicationBootstrap, OnModuleInit } from '@nestjs/common';
import { Database } from '../database/database.js';
import { Notifications } from '../database/notifications.js';
import { Clock } from '../work/clock.js';
import { Sweeps } from '../work/sweeps.js';
import { forgetRevocations, REVOCATIONS_CHANNEL } from './revocations.repository.js';
import { TokenVerifier } from './token-verifier.js';

/** Hours after which no token of a principal that is gone can be left. */
const KEPT_HOURS = 24;

/** Makes this process forget what it had verified as soon as another one revokes anything. */
@Injectable()
export class Revocations implements OnModuleInit, OnApplicationBootstrap {
  constructor(
    private readonly database: Database,
    private readonly notifications: Notifications,
    private readonly verifier: TokenVerifier,
    private readonly sweeps: Sweeps,
    private readonly clock: Clock,
  ) {}

  onModuleInit(): void {
    this.sweeps.register({
      name: 'revocations of principals that are gone',
      run: () => forgetRevocations(this.database, new Date(this.clock.now().getTime() - KEPT_HOURS * 3600 * 1000)),
    });
  }

  async onApplicationBootstrap(): Promise<void> {
    await this.notifications.listen(REVOCATIONS_CHANNEL, () => this.verifier.forgetAll());
  }
}
