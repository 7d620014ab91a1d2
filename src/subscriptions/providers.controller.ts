import { Get, Post } from '@nestjs/common';
import { Arm, type ArmRequest } from '../arm/arm-request.js';
import { Needs } from '../arm/needs.js';
import { Described } from './openapi.js';
import { ProviderList, ProviderWire } from './provider.wire.js';
import { Providers } from './providers.js';
import { ResourceManagerController } from './resource-manager.js';

/** Resource providers, and which of them a subscription uses. */
@ResourceManagerController('subscriptions/:subscriptionId/providers', 'Providers')
export class ProvidersController {
  constructor(private readonly providers: Providers) {}

  /** All resource providers. */
  @Get()
  @Needs('Microsoft.Resources/subscriptions/providers/read')
  @Described('Providers_List', { 200: ProviderList })
  list(@Arm() request: ArmRequest): Promise<ProviderList> {
    return this.providers.list(request);
  }

  /** One resource provider. */
  @Get(':resourceProviderNamespace')
  @Needs('Microsoft.Resources/subscriptions/providers/read')
  @Described('Providers_Get', { 200: ProviderWire })
  get(@Arm() request: ArmRequest): Promise<ProviderWire> {
    return this.providers.get(request);
  }

  /** Registers the subscription for a provider; done at once. */
  @Post(':resourceProviderNamespace/register')
  @Needs('{namespace}/register/action')
  @Described('Providers_Register', { 200: ProviderWire })
  register(@Arm() request: ArmRequest): Promise<ProviderWire> {
    return this.providers.register(request, 'Registered');
  }

  /** Takes the registration back; resources that exist stay as they are. */
  @Post(':resourceProviderNamespace/unregister')
  @Needs('{namespace}/unregister/action')
  @Described('Providers_Unregister', { 200: ProviderWire })
  unregister(@Arm() request: ArmRequest): Promise<ProviderWire> {
    return this.providers.register(request, 'Unregistered');
  }
}
