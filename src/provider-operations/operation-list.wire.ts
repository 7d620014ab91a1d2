/** How an operation is called where people choose rights. */
export class OperationDisplayDefinitionWire {
  /** The resource provider. */
  readonly provider: string;

  /** What the operation is about. */
  readonly resource: string;

  /** What it does. */
  readonly operation: string;

  /** A sentence that says so. */
  readonly description: string;
}

/** An operation of the resource provider, as role definitions name it. */
export class OperationDefinitionWire {
  /** @example "Microsoft.ContainerRegistry/registries/read" */
  readonly name: string;

  /** Whether it is about what a resource holds, rather than about the resource. */
  readonly isDataAction: boolean;

  readonly display: OperationDisplayDefinitionWire;
}

/** The operations of the resource provider. */
export class OperationListResultWire {
  readonly value: OperationDefinitionWire[];

  /** There is never a next page. */
  readonly nextLink?: string;
}
