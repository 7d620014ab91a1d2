import { ApiProperty } from '@nestjs/swagger';
import { Type } from 'class-transformer';
import { Allow, IsIn, IsObject, IsOptional, IsString, ValidateNested } from 'class-validator';
import { parseBody } from '../../arm/parse-body.js';
import type { Wire } from '../../arm/resource-type.js';
import {
  ACTIONS_REQUIRED,
  CONNECTION_STATUSES,
  type ActionsRequired,
  type ConnectionStatus,
  type PrivateEndpointConnection,
} from '../../private-endpoints/private-endpoint-connection.entity.js';
import { PRIVATE_ENDPOINT_CONNECTION_TYPE } from '../../private-endpoints/private-endpoint-connection.type.js';
import type { ConnectionSummary, Registry } from '../../registries/registry.entity.js';
import { registryId } from '../../registries/registry-id.js';
import { ProxyResourceWire, proxyResource } from './child.wire.js';

/** An endpoint in a network of the customer's. */
export class PrivateEndpointWire {
  /** Resource id of the private endpoint. Cannot be changed once it is set. */
  @IsOptional()
  @IsString()
  readonly id?: string | null;
}

/** What the owner of the registry says to the connection. */
export class PrivateLinkServiceConnectionStateWire {
  @IsOptional()
  @IsIn(CONNECTION_STATUSES)
  @ApiProperty({ enum: CONNECTION_STATUSES, default: 'Pending' })
  readonly status?: ConnectionStatus | null;

  /** Why the status is what it is, such as the reason of a rejection. */
  @IsOptional()
  @IsString()
  readonly description?: string | null;

  /** What the owner of the endpoint has to do. */
  @IsOptional()
  @IsIn(ACTIONS_REQUIRED)
  @ApiProperty({ enum: ACTIONS_REQUIRED, default: 'None' })
  readonly actionsRequired?: ActionsRequired | null;
}

/** Which endpoint is connected, and whether it may be. */
export class PrivateEndpointConnectionPropertiesWire {
  @IsOptional()
  @IsObject()
  @ValidateNested()
  @Type(() => PrivateEndpointWire)
  readonly privateEndpoint?: PrivateEndpointWire | null;

  @IsOptional()
  @IsObject()
  @ValidateNested()
  @Type(() => PrivateLinkServiceConnectionStateWire)
  readonly privateLinkServiceConnectionState?: PrivateLinkServiceConnectionStateWire | null;

  @Allow()
  @ApiProperty({ readOnly: true, enum: ['Creating', 'Updating', 'Deleting', 'Succeeded', 'Failed', 'Canceled'] })
  readonly provisioningState?: string;
}

/** A private endpoint that asks to reach the registry. */
export class PrivateEndpointConnectionWire extends ProxyResourceWire {
  @IsOptional()
  @IsObject()
  @ValidateNested()
  @Type(() => PrivateEndpointConnectionPropertiesWire)
  readonly properties?: PrivateEndpointConnectionPropertiesWire | null;
}

/** The same in every version that has private endpoint connections. */
export const privateEndpointConnectionWire: Wire<PrivateEndpointConnection> = {
  shape: PrivateEndpointConnectionWire,
  parse: (body) => parseBody(PrivateEndpointConnectionWire, body),
  fromWire(body, base) {
    const { privateEndpoint, privateLinkServiceConnectionState: state } =
      (body as PrivateEndpointConnectionWire).properties ?? {};
    return {
      ...base,
      // Whoever approves or rejects need not say again what is.
      privateEndpointId: privateEndpoint?.id ?? base.privateEndpointId,
      status: state?.status ?? 'Pending',
      description: state?.description ?? '',
      actionsRequired: state?.actionsRequired ?? 'None',
    };
  },
  toWire: (record) => ({
    ...proxyResource(PRIVATE_ENDPOINT_CONNECTION_TYPE, record),
    properties: propertiesOf(record),
  }),
};

/** A connection where the answer is about its registry. */
export function connectionOf(registry: Registry, connection: ConnectionSummary): object {
  const { name } = connection;
  return {
    id: `${registryId(registry)}/privateEndpointConnections/${name}`,
    name,
    type: PRIVATE_ENDPOINT_CONNECTION_TYPE,
    properties: propertiesOf(connection),
  };
}

function propertiesOf(connection: ConnectionSummary): object {
  const { privateEndpointId, status, description, actionsRequired, provisioningState } = connection;
  return {
    ...(privateEndpointId === null ? {} : { privateEndpoint: { id: privateEndpointId } }),
    privateLinkServiceConnectionState: { status, description, actionsRequired },
    provisioningState,
  };
}
