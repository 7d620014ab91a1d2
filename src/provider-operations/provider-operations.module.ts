import { Module } from '@nestjs/common';
import { DiscoveryModule } from '@nestjs/core';
import { OperationList } from './operation-list.js';
import { OperationListController } from './operation-list.controller.js';

@Module({ imports: [DiscoveryModule], controllers: [OperationListController], providers: [OperationList] })
export class ProviderOperationsModule {}
