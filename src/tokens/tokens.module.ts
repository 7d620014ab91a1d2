import { Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { ServedTypes } from '../arm/served-types.js';
import { RegistriesModule } from '../registries/registries.module.js';
import { ScopeMapsModule } from '../scope-maps/scope-maps.module.js';
import { TokenCredentials } from './token-credentials.js';
import { Token } from './token.entity.js';
import { TokenUses } from './token-uses.js';
import { tokenType } from './token.type.js';
import { Tokens } from './tokens.js';
import { TokensController } from './tokens.controller.js';
import { TokensRepository } from './tokens.repository.js';

@Module({
  imports: [TypeOrmModule.forFeature([Token]), RegistriesModule, ScopeMapsModule],
  controllers: [TokensController],
  providers: [TokensRepository, TokenCredentials, Tokens, TokenUses],
  exports: [Tokens, TokenUses],
})
export class TokensModule {
  constructor(types: ServedTypes, tokens: TokensRepository) {
    types.add(tokenType, tokens);
  }
}
