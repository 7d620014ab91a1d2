import { Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { ServedTypes } from '../arm/served-types.js';
import { RegistriesModule } from '../registries/registries.module.js';
import { TokensModule } from '../tokens/tokens.module.js';
import { ConnectedRegistriesController } from './connected-registries.controller.js';
import { ConnectedRegistriesRepository } from './connected-registries.repository.js';
import { ConnectedRegistry } from './connected-registry.entity.js';
import { connectedRegistryType } from './connected-registry.type.js';

@Module({
  imports: [TypeOrmModule.forFeature([ConnectedRegistry]), RegistriesModule, TokensModule],
  controllers: [ConnectedRegistriesController],
  providers: [ConnectedRegistriesRepository],
})
export class ConnectedRegistriesModule {
  constructor(types: ServedTypes, connectedRegistries: ConnectedRegistriesRepository) {
    types.add(connectedRegistryType, connectedRegistries);
  }
}
