/** Below which all routes of one registry lie. */
export const IN_REGISTRY =
  'subscriptions/:subscriptionId/resourceGroups/:resourceGroupName/providers/Microsoft.ContainerRegistry/registries/:registryName';
