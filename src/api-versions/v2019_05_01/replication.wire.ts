import { lacking } from '../differences.js';
import { replicationWire } from '../parts/replication.wire.js';

export const replication20190501 = lacking(replicationWire, [
  'systemData',
  'properties.regionEndpointEnabled',
  'properties.zoneRedundancy',
]);
