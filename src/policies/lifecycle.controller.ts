import { Controller, Delete, Get, HttpCode, Post, Put } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { Arm, type ArmRequest } from '../arm/arm-request.js';
import { Needs } from '../arm/needs.js';
import { IN_REGISTRY } from '../registries/registry-path.js';
import { Lifecycle } from './lifecycle.js';
import { EvaluationWire, LifecyclePolicyWire, LifecycleWire } from './lifecycle.wire.js';
import { PolicyRoute } from './openapi.js';

/** Tags that go by themselves. Ours: Azure has no such policy. */
@ApiTags('Policies')
@Controller(`${IN_REGISTRY}/lifecyclePolicies/:policyName`)
export class LifecycleController {
  constructor(private readonly policy: Lifecycle) {}

  /** Which tags of the registry go by themselves, and what came of it last. */
  @Get()
  @Needs('Microsoft.ContainerRegistry/registries/lifecyclePolicies/read')
  @PolicyRoute('LifecyclePolicies_Get', { answers: { 200: ['The policy.', LifecyclePolicyWire] } })
  get(@Arm() request: ArmRequest): Promise<LifecyclePolicyWire> {
    return this.policy.get(request);
  }

  /** Sets which tags go by themselves; enabled, it is followed within minutes and then every hour. */
  @Put()
  @Needs('Microsoft.ContainerRegistry/registries/lifecyclePolicies/write')
  @PolicyRoute('LifecyclePolicies_Set', {
    body: LifecycleWire,
    answers: { 200: ['The policy.', LifecyclePolicyWire] },
  })
  put(@Arm() request: ArmRequest): Promise<LifecyclePolicyWire> {
    return this.policy.put(request);
  }

  /** Lets every tag stay. */
  @Delete()
  @Needs('Microsoft.ContainerRegistry/registries/lifecyclePolicies/delete')
  @PolicyRoute('LifecyclePolicies_Delete', { answers: { 200: ['It is gone.'], 204: ['There was none.'] } })
  delete(@Arm() request: ArmRequest): Promise<void> {
    return this.policy.delete(request);
  }

  /** What would go now; nothing does. */
  @Post('evaluate')
  @Needs('Microsoft.ContainerRegistry/registries/lifecyclePolicies/evaluate/action')
  @HttpCode(200)
  @PolicyRoute('LifecyclePolicies_Evaluate', { answers: { 200: ['The tags that would go.', EvaluationWire] } })
  evaluate(@Arm() request: ArmRequest): Promise<EvaluationWire> {
    return this.policy.evaluate(request);
  }
}
