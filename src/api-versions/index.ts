import { Injectable } from '@nestjs/common';
import { VersionTable, type Wire } from '../arm/resource-type.js';
import { CACHE_RULE_TYPE } from '../cache-rules/cache-rule.type.js';
import { CONNECTED_REGISTRY_TYPE } from '../connected-registries/connected-registry.type.js';
import { CREDENTIAL_SET_TYPE } from '../credential-sets/credential-set.type.js';
import { PRIVATE_ENDPOINT_CONNECTION_TYPE } from '../private-endpoints/private-endpoint-connection.type.js';
import { PRIVATE_LINK_RESOURCE_TYPE } from '../private-endpoints/private-link-resource.js';
import { PROVIDER_OPERATION_TYPE } from '../provider-operations/provider-operation.js';
import { REGISTRY_TYPE } from '../registries/registry.type.js';
import { REPLICATION_TYPE } from '../replications/replication.type.js';
import { SCOPE_MAP_TYPE } from '../scope-maps/scope-map.type.js';
import { TOKEN_TYPE } from '../tokens/token.type.js';
import { WEBHOOK_TYPE } from '../webhooks/webhook.type.js';
import { cacheRuleWire } from './parts/cache-rule.wire.js';
import { earlyConnectedRegistryWire } from './parts/connected-registry-record.js';
import { credentialSetWire } from './parts/credential-set.wire.js';
import { privateEndpointConnectionWire } from './parts/private-endpoint-connection.wire.js';
import { privateLinkResourceWire } from './parts/private-link-resource.wire.js';
import { firstProviderOperationWire, providerOperationWire } from './parts/provider-operation.wire.js';
import { replicationWire } from './parts/replication.wire.js';
import { scopeMapWire } from './parts/scope-map.wire.js';
import { tokenWire } from './parts/token.wire.js';
import { webhookWire } from './parts/webhook.wire.js';
import { registry20190501 } from './v2019_05_01/registry.wire.js';
import { replication20190501 } from './v2019_05_01/replication.wire.js';
import { webhook20190501 } from './v2019_05_01/webhook.wire.js';
import { connectedRegistry20201101Preview } from './v2020_11_01_preview/connected-registry.wire.js';
import { registry20201101Preview } from './v2020_11_01_preview/registry.wire.js';
import { registry20210801Preview } from './v2021_08_01_preview/registry.wire.js';
import { registry20210901 } from './v2021_09_01/registry.wire.js';
import { registry20220201Preview } from './v2022_02_01_preview/registry.wire.js';
import { registry20221201 } from './v2022_12_01/registry.wire.js';
import { registry20230701 } from './v2023_07_01/registry.wire.js';
import { registry20231101Preview } from './v2023_11_01_preview/registry.wire.js';
import { connectedRegistry20251101 } from './v2025_11_01/connected-registry.wire.js';
import { registry20251101 } from './v2025_11_01/registry.wire.js';

type Wires = Readonly<Record<string, Wire<never>>>;

/** Which api-versions exist and which types each serves, newest first. */
export const API_VERSIONS: Readonly<Record<string, Wires>> = {
  '2025-11-01': {
    [REGISTRY_TYPE]: registry20251101 as Wire<never>,
    [PROVIDER_OPERATION_TYPE]: providerOperationWire as Wire<never>,
    [SCOPE_MAP_TYPE]: scopeMapWire as Wire<never>,
    [PRIVATE_ENDPOINT_CONNECTION_TYPE]: privateEndpointConnectionWire as Wire<never>,
    [PRIVATE_LINK_RESOURCE_TYPE]: privateLinkResourceWire as Wire<never>,
    [CONNECTED_REGISTRY_TYPE]: connectedRegistry20251101 as Wire<never>,
    [WEBHOOK_TYPE]: webhookWire as Wire<never>,
    [TOKEN_TYPE]: tokenWire as Wire<never>,
    [CACHE_RULE_TYPE]: cacheRuleWire as Wire<never>,
    [CREDENTIAL_SET_TYPE]: credentialSetWire as Wire<never>,
    [REPLICATION_TYPE]: replicationWire as Wire<never>,
  },
  '2023-11-01-preview': {
    [REGISTRY_TYPE]: registry20231101Preview as Wire<never>,
    [PROVIDER_OPERATION_TYPE]: providerOperationWire as Wire<never>,
    [PRIVATE_ENDPOINT_CONNECTION_TYPE]: privateEndpointConnectionWire as Wire<never>,
    [PRIVATE_LINK_RESOURCE_TYPE]: privateLinkResourceWire as Wire<never>,
    [CONNECTED_REGISTRY_TYPE]: earlyConnectedRegistryWire as Wire<never>,
    [SCOPE_MAP_TYPE]: scopeMapWire as Wire<never>,
    [CACHE_RULE_TYPE]: cacheRuleWire as Wire<never>,
    [CREDENTIAL_SET_TYPE]: credentialSetWire as Wire<never>,
    [WEBHOOK_TYPE]: webhookWire as Wire<never>,
    [TOKEN_TYPE]: tokenWire as Wire<never>,
    [REPLICATION_TYPE]: replicationWire as Wire<never>,
  },
  '2023-07-01': {
    [REGISTRY_TYPE]: registry20230701 as Wire<never>,
    [PROVIDER_OPERATION_TYPE]: providerOperationWire as Wire<never>,
    [PRIVATE_ENDPOINT_CONNECTION_TYPE]: privateEndpointConnectionWire as Wire<never>,
    [PRIVATE_LINK_RESOURCE_TYPE]: privateLinkResourceWire as Wire<never>,
    [SCOPE_MAP_TYPE]: scopeMapWire as Wire<never>,
    [CACHE_RULE_TYPE]: cacheRuleWire as Wire<never>,
    [CREDENTIAL_SET_TYPE]: credentialSetWire as Wire<never>,
    [WEBHOOK_TYPE]: webhookWire as Wire<never>,
    [TOKEN_TYPE]: tokenWire as Wire<never>,
    [REPLICATION_TYPE]: replicationWire as Wire<never>,
  },
  '2022-12-01': {
    [REGISTRY_TYPE]: registry20221201 as Wire<never>,
    [PROVIDER_OPERATION_TYPE]: providerOperationWire as Wire<never>,
    [SCOPE_MAP_TYPE]: scopeMapWire as Wire<never>,
    [PRIVATE_ENDPOINT_CONNECTION_TYPE]: privateEndpointConnectionWire as Wire<never>,
    [PRIVATE_LINK_RESOURCE_TYPE]: privateLinkResourceWire as Wire<never>,
    [WEBHOOK_TYPE]: webhookWire as Wire<never>,
    [TOKEN_TYPE]: tokenWire as Wire<never>,
    [REPLICATION_TYPE]: replicationWire as Wire<never>,
  },
  '2022-02-01-preview': {
    [REGISTRY_TYPE]: registry20220201Preview as Wire<never>,
    [PROVIDER_OPERATION_TYPE]: providerOperationWire as Wire<never>,
    [SCOPE_MAP_TYPE]: scopeMapWire as Wire<never>,
    [PRIVATE_ENDPOINT_CONNECTION_TYPE]: privateEndpointConnectionWire as Wire<never>,
    [PRIVATE_LINK_RESOURCE_TYPE]: privateLinkResourceWire as Wire<never>,
    [CONNECTED_REGISTRY_TYPE]: earlyConnectedRegistryWire as Wire<never>,
    [WEBHOOK_TYPE]: webhookWire as Wire<never>,
    [TOKEN_TYPE]: tokenWire as Wire<never>,
    [REPLICATION_TYPE]: replicationWire as Wire<never>,
  },
  '2021-09-01': {
    [REGISTRY_TYPE]: registry20210901 as Wire<never>,
    [PROVIDER_OPERATION_TYPE]: providerOperationWire as Wire<never>,
    [PRIVATE_ENDPOINT_CONNECTION_TYPE]: privateEndpointConnectionWire as Wire<never>,
    [PRIVATE_LINK_RESOURCE_TYPE]: privateLinkResourceWire as Wire<never>,
    [WEBHOOK_TYPE]: webhookWire as Wire<never>,
    [REPLICATION_TYPE]: replicationWire as Wire<never>,
  },
  '2021-08-01-preview': {
    [REGISTRY_TYPE]: registry20210801Preview as Wire<never>,
    [PROVIDER_OPERATION_TYPE]: providerOperationWire as Wire<never>,
    [PRIVATE_ENDPOINT_CONNECTION_TYPE]: privateEndpointConnectionWire as Wire<never>,
    [CONNECTED_REGISTRY_TYPE]: earlyConnectedRegistryWire as Wire<never>,
    [SCOPE_MAP_TYPE]: scopeMapWire as Wire<never>,
    [WEBHOOK_TYPE]: webhookWire as Wire<never>,
    [TOKEN_TYPE]: tokenWire as Wire<never>,
    [REPLICATION_TYPE]: replicationWire as Wire<never>,
  },
  '2020-11-01-preview': {
    [REGISTRY_TYPE]: registry20201101Preview as Wire<never>,
    [PROVIDER_OPERATION_TYPE]: firstProviderOperationWire as Wire<never>,
    [PRIVATE_ENDPOINT_CONNECTION_TYPE]: privateEndpointConnectionWire as Wire<never>,
    [CONNECTED_REGISTRY_TYPE]: connectedRegistry20201101Preview as Wire<never>,
    [SCOPE_MAP_TYPE]: scopeMapWire as Wire<never>,
    [WEBHOOK_TYPE]: webhookWire as Wire<never>,
    [TOKEN_TYPE]: tokenWire as Wire<never>,
    [REPLICATION_TYPE]: replicationWire as Wire<never>,
  },
  '2019-05-01': {
    [REGISTRY_TYPE]: registry20190501 as Wire<never>,
    [PROVIDER_OPERATION_TYPE]: firstProviderOperationWire as Wire<never>,
    [WEBHOOK_TYPE]: webhook20190501 as Wire<never>,
    [REPLICATION_TYPE]: replication20190501 as Wire<never>,
  },
};

const ALL: ReadonlyMap<string, unknown> = new Map(Object.entries(API_VERSIONS));

/** The table turned the other way round: by type, then by version. */
@Injectable()
export class ApiVersions extends VersionTable {
  private readonly byType = new Map<string, ReadonlyMap<string, Wire<unknown>>>();

  wiresOf<R>(type: string): ReadonlyMap<string, Wire<R>> {
    const known = this.byType.get(type) ?? served(type);
    this.byType.set(type, known);
    return known as ReadonlyMap<string, Wire<R>>;
  }

  all(): ReadonlyMap<string, unknown> {
    return ALL;
  }
}

function served(type: string): ReadonlyMap<string, Wire<unknown>> {
  return new Map(
    Object.entries(API_VERSIONS).flatMap(([version, wires]) => {
      const wire = wires[type];
      return wire ? [[version, wire]] : [];
    }),
  );
}
