import { Module } from '@nestjs/common';
import type { DynamicModule } from '@nestjs/common';
import { APP_GUARD } from '@nestjs/core';
import { TypeOrmModule } from '@nestjs/typeorm';
import type { Config } from '../config/config.js';
import { PlanWalker } from '../work/plan-walker.js';
import { AnswerFaultsGuard } from './answer-faults.guard.js';
import { FaultHit } from './fault-hit.entity.js';
import { Fault } from './fault.entity.js';
import { FaultsController } from './faults.controller.js';
import { FaultyWalker } from './faulty-walker.js';
import { Randomness, SystemRandomness } from './randomness.js';

/** Unless the settings say otherwise there are only the routes, which say so; neither requests nor workers meet anything. */
@Module({ imports: [TypeOrmModule.forFeature([Fault, FaultHit])], controllers: [FaultsController] })
export class FaultsModule {
  /** Import it after the room that says who is calling. */
  static with({ faults }: Config): DynamicModule {
    if (faults === 'off') return { module: FaultsModule };
    return {
      module: FaultsModule,
      global: true,
      providers: [
        { provide: Randomness, useClass: SystemRandomness },
        { provide: PlanWalker, useClass: FaultyWalker },
        { provide: APP_GUARD, useClass: AnswerFaultsGuard },
      ],
      exports: [PlanWalker],
    };
  }
}
