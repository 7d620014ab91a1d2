import { Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { ServedTypes } from '../arm/served-types.js';
import { RegistriesModule } from '../registries/registries.module.js';
import { PrivateEndpointConnection } from './private-endpoint-connection.entity.js';
import { privateEndpointConnectionType } from './private-endpoint-connection.type.js';
import { PrivateEndpointConnectionsController } from './private-endpoint-connections.controller.js';
import { PrivateEndpointConnectionsRepository } from './private-endpoint-connections.repository.js';
import { PrivateLinkResourcesController } from './private-link-resources.controller.js';

@Module({
  imports: [TypeOrmModule.forFeature([PrivateEndpointConnection]), RegistriesModule],
  controllers: [PrivateEndpointConnectionsController, PrivateLinkResourcesController],
  providers: [PrivateEndpointConnectionsRepository],
})
export class PrivateEndpointsModule {
  constructor(types: ServedTypes, connections: PrivateEndpointConnectionsRepository) {
    types.add(privateEndpointConnectionType, connections);
  }
}
