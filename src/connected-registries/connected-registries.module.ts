import { Module } from '@nestjs/common';
import { RegistriesModule } from '../registries/registries.module.js';
import { ConnectedRegistries } from './connected-registries.js';
import { ConnectedRegistriesController } from './connected-registries.controller.js';

@Module({
  imports: [RegistriesModule],
  controllers: [ConnectedRegistriesController],
  providers: [ConnectedRegistries],
})
export class ConnectedRegistriesModule {}
