import type { Wire } from '../../arm/resource-type.js';
import { PrivateLinkResourceWire } from '../../private-endpoints/private-link-resource.wire.js';

/** Only shown, and the same wherever one can be asked for: the list came before. */
export const privateLinkResourceWire: Wire<PrivateLinkResourceWire> = {
  shape: PrivateLinkResourceWire,
  parse: () => ({ problems: [] }),
  fromWire: (_, base) => base,
  toWire: (resource) => resource,
};
