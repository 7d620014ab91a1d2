import { Controller, Delete, Get, Patch, Put } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { Arm, type ArmRequest } from '../arm/arm-request.js';
import { Needs } from '../arm/needs.js';
import { ArmDelete, ArmGet, ArmList, ArmPatch, ArmPut } from '../arm/openapi.js';
import { ArmPipeline } from '../arm/pipeline.js';
import { IN_REGISTRY } from '../registries/registry-path.js';
import { CredentialSetStore } from './credential-set-store.js';
import { credentialSetType } from './credential-set.type.js';

const ALL = `${IN_REGISTRY}/credentialSets`;
const ONE = `${ALL}/:credentialSetName`;

/** Credential sets: how to log in to upstream registries. */
@ApiTags('Credential sets')
@Controller()
export class CredentialSetsController {
  constructor(
    private readonly arm: ArmPipeline,
    private readonly credentialSets: CredentialSetStore,
  ) {}

  /** A credential set. */
  @Get(ONE)
  @Needs('Microsoft.ContainerRegistry/registries/credentialSets/read')
  @ArmGet('CredentialSets_Get', 'CredentialSet')
  get(@Arm() request: ArmRequest): Promise<object> {
    return this.arm.get(credentialSetType, this.credentialSets, request);
  }

  /** The credential sets of a registry. */
  @Get(ALL)
  @Needs('Microsoft.ContainerRegistry/registries/credentialSets/read')
  @ArmList('CredentialSets_List', 'CredentialSet')
  list(@Arm() request: ArmRequest): Promise<object> {
    return this.arm.list(credentialSetType, this.credentialSets, request);
  }

  /** Creates a credential set or replaces it. */
  @Put(ONE)
  @Needs('Microsoft.ContainerRegistry/registries/credentialSets/write')
  @ArmPut('CredentialSets_Create', 'CredentialSet')
  put(@Arm() request: ArmRequest): Promise<object> {
    return this.arm.put(credentialSetType, this.credentialSets, request);
  }

  /** Changes what the body names. */
  @Patch(ONE)
  @Needs('Microsoft.ContainerRegistry/registries/credentialSets/write')
  @ArmPatch('CredentialSets_Update', 'CredentialSet')
  patch(@Arm() request: ArmRequest): Promise<object> {
    return this.arm.patch(credentialSetType, this.credentialSets, request);
  }

  /** Deletes a credential set that no cache rule uses. */
  @Delete(ONE)
  @Needs('Microsoft.ContainerRegistry/registries/credentialSets/delete')
  @ArmDelete('CredentialSets_Delete', { isAlwaysStarted: true })
  delete(@Arm() request: ArmRequest): Promise<void> {
    return this.arm.delete(credentialSetType, this.credentialSets, request);
  }
}
