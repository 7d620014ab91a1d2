/** An operation of the resource provider, as role definitions name it. */
export interface ProviderOperation {
  /** Such as `Microsoft.ContainerRegistry/registries/read`. */
  readonly name: string;
  readonly isDataAction: boolean;
  readonly display: {
    readonly provider: string;
    readonly resource: string;
    readonly operation: string;
    readonly description: string;
  };
}

export const PROVIDER_OPERATION_TYPE = 'Microsoft.ContainerRegistry/operations';
