import { Controller, Delete, Get, HttpCode, Patch, Post, Put } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { throwIfAny } from '../arm/arm-error.js';
import { Arm, type ArmRequest } from '../arm/arm-request.js';
import { Needs } from '../arm/needs.js';
import { ArmAction, ArmDelete, ArmGet, ArmList, ArmPatch, ArmPut } from '../arm/openapi.js';
import { ArmPipeline } from '../arm/pipeline.js';
import { IN_REGISTRY } from '../registries/registry-path.js';
import { nullCredentialProblems } from './null-credentials.js';
import { TokenCredentials } from './token-credentials.js';
import { GenerateCredentialsParametersWire, GenerateCredentialsResultWire } from './token-credentials.wire.js';
import { tokenType } from './token.type.js';
import { TokensRepository } from './tokens.repository.js';

const ALL = `${IN_REGISTRY}/tokens`;
const ONE = `${ALL}/:tokenName`;

/** Tokens: names that may log in and do what their scope map says. */
@ApiTags('Tokens')
@Controller()
export class TokensController {
  constructor(
    private readonly arm: ArmPipeline,
    private readonly tokens: TokensRepository,
    private readonly credentials: TokenCredentials,
  ) {}

  /** A token; its passwords without their values. */
  @Get(ONE)
  @Needs('Microsoft.ContainerRegistry/registries/tokens/read')
  @ArmGet('Tokens_Get', 'Token')
  get(@Arm() request: ArmRequest): Promise<object> {
    return this.arm.get(tokenType, this.tokens, request);
  }

  /** The tokens of a registry. */
  @Get(ALL)
  @Needs('Microsoft.ContainerRegistry/registries/tokens/read')
  @ArmList('Tokens_List', 'Token')
  list(@Arm() request: ArmRequest): Promise<object> {
    return this.arm.list(tokenType, this.tokens, request);
  }

  /** Creates a token or replaces it; passwords that the body says nothing of stay. */
  @Put(ONE)
  @Needs('Microsoft.ContainerRegistry/registries/tokens/write')
  @ArmPut('Tokens_Create', 'Token')
  async put(@Arm() request: ArmRequest): Promise<object> {
    throwIfAny(nullCredentialProblems(request.body));
    return this.arm.put(tokenType, this.tokens, request);
  }

  /** Changes what the body names; of the passwords, those that it names stay. */
  @Patch(ONE)
  @Needs('Microsoft.ContainerRegistry/registries/tokens/write')
  @ArmPatch('Tokens_Update', 'Token')
  async patch(@Arm() request: ArmRequest): Promise<object> {
    throwIfAny(nullCredentialProblems(request.body));
    return this.arm.patch(tokenType, this.tokens, request);
  }

  /** Deletes a token; it can no longer log in. */
  @Delete(ONE)
  @Needs('Microsoft.ContainerRegistry/registries/tokens/delete')
  @ArmDelete('Tokens_Delete')
  delete(@Arm() request: ArmRequest): Promise<void> {
    return this.arm.delete(tokenType, this.tokens, request);
  }

  /** Replaces one password of a token, or both; answers the new ones, which cannot be read again. */
  @Post(`${IN_REGISTRY}/generateCredentials`)
  @Needs('Microsoft.ContainerRegistry/registries/generateCredentials/action')
  @HttpCode(200)
  @ArmAction('Registries_GenerateCredentials', {
    body: GenerateCredentialsParametersWire,
    answer: GenerateCredentialsResultWire,
  })
  async generateCredentials(@Arm() request: ArmRequest): Promise<GenerateCredentialsResultWire> {
    this.arm.assertServed(tokenType, request);
    return this.credentials.generate(request);
  }
}
