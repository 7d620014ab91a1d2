import { Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { RegistriesModule } from '../registries/registries.module.js';
import { PrivateEndpointConnection } from './private-endpoint-connection.entity.js';
import { PrivateEndpointConnectionsController } from './private-endpoint-connections.controller.js';
import { PrivateEndpointConnectionsRepository } from './private-endpoint-connections.repository.js';
import { PrivateLinkResourcesController } from './private-link-resources.controller.js';

@Module({
  imports: [TypeOrmModule.forFeature([PrivateEndpointConnection]), RegistriesModule],
  controllers: [PrivateEndpointConnectionsController, PrivateLinkResourcesController],
  providers: [PrivateEndpointConnectionsRepository],
})
export class PrivateEndpointsModule {}
