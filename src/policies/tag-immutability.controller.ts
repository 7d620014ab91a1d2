import { Controller, Delete, Get, Put } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { Arm, type ArmRequest } from '../arm/arm-request.js';
import { Needs } from '../arm/needs.js';
import { IN_REGISTRY } from '../registries/registry-path.js';
import { PolicyRoute } from './openapi.js';
import { TagImmutability } from './tag-immutability.js';
import { TagImmutabilityPolicyWire, TagImmutabilityWire } from './tag-immutability.wire.js';

/** Tags that are neither moved nor deleted. Ours: Azure has no such policy. */
@ApiTags('Policies')
@Controller(`${IN_REGISTRY}/tagImmutabilityPolicies/:policyName`)
export class TagImmutabilityController {
  constructor(private readonly policy: TagImmutability) {}

  /** Which tags of the registry stay as they are. */
  @Get()
  @Needs('Microsoft.ContainerRegistry/registries/tagImmutabilityPolicies/read')
  @PolicyRoute('TagImmutabilityPolicies_Get', { answers: { 200: ['The policy.', TagImmutabilityPolicyWire] } })
  get(@Arm() request: ArmRequest): Promise<TagImmutabilityPolicyWire> {
    return this.policy.get(request);
  }

  /** Sets which tags stay as they are; holds from the next push on. */
  @Put()
  @Needs('Microsoft.ContainerRegistry/registries/tagImmutabilityPolicies/write')
  @PolicyRoute('TagImmutabilityPolicies_Set', {
    body: TagImmutabilityWire,
    answers: { 200: ['The policy.', TagImmutabilityPolicyWire] },
  })
  put(@Arm() request: ArmRequest): Promise<TagImmutabilityPolicyWire> {
    return this.policy.put(request);
  }

  /** Lets every tag be moved and deleted again. */
  @Delete()
  @Needs('Microsoft.ContainerRegistry/registries/tagImmutabilityPolicies/delete')
  @PolicyRoute('TagImmutabilityPolicies_Delete', {
    answers: { 200: ['It is gone.'], 204: ['There was none.'] },
  })
  delete(@Arm() request: ArmRequest): Promise<void> {
    return this.policy.delete(request);
  }
}
