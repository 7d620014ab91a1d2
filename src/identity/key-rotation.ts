import { Injectable } from '@nestjs/common';
import type { OnModuleInit } from '@nestjs/common';
import { Config } from '../config/config.js';
import { Clock } from '../work/clock.js';
import { Sweeps } from '../work/sweeps.js';
import { SigningKeys } from './signing-keys.js';

const DAY_MS = 24 * 3600 * 1000;

/** Replaces signing keys that have served their time, while everything goes on. */
@Injectable()
export class KeyRotation implements OnModuleInit {
  constructor(
    private readonly keys: SigningKeys,
    private readonly config: Config,
    private readonly clock: Clock,
    private readonly sweeps: Sweeps,
  ) {}

  onModuleInit(): void {
    this.sweeps.register({
      name: 'signing keys that have served their time',
      run: () => this.keys.rotateOlder(new Date(this.clock.now().getTime() - this.config.signingKeyDays * DAY_MS)),
    });
  }
}
