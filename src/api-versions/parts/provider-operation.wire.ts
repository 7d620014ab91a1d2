import type { Wire } from '../../arm/resource-type.js';
import { OperationDefinitionWire } from '../../provider-operations/operation-list.wire.js';
import type { ProviderOperation } from '../../provider-operations/provider-operation.js';

/** Operations are only shown: no request has one as its body. */
function shown(toWire: (operation: ProviderOperation) => object): Wire<ProviderOperation> {
  return { shape: OperationDefinitionWire, parse: () => ({ problems: [] }), fromWire: (_, base) => base, toWire };
}

export const providerOperationWire = shown((operation) => operation);

/** Until 2020-11-01-preview nobody was told which operations are about data. */
export const firstProviderOperationWire = shown(({ name, display }) => ({ name, display }));
