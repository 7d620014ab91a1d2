import { ApiProperty } from '@nestjs/swagger';
import { Allow } from 'class-validator';
import { systemDataOf } from '../../arm/system-data.js';
import { registryId } from '../../registries/registry-id.js';
import type { RegistryChild } from '../../registries/registry-child.entity.js';
import { SystemDataWire } from './envelope.wire.js';

/** What every resource below a registry has that lies in no location of its own. */
export class ProxyResourceWire {
  /** Fully qualified id of the resource. */
  @Allow()
  @ApiProperty({ readOnly: true })
  readonly id?: string;

  /** The name of the resource. */
  @Allow()
  @ApiProperty({ readOnly: true })
  readonly name?: string;

  /** The type of the resource. */
  @Allow()
  @ApiProperty({ readOnly: true })
  readonly type?: string;

  /** Who created the resource and who changed it last. */
  @Allow()
  @ApiProperty({ readOnly: true, type: () => SystemDataWire })
  readonly systemData?: SystemDataWire;
}

/** The members of `ProxyResourceWire` in an answer. `type` is `Namespace/registries/childType`. */
export function proxyResource(type: string, child: RegistryChild): object {
  const { subscriptionId, groupName, registryName, name } = child;
  const parent = registryId({ subscriptionId, groupName, name: registryName });
  return { id: `${parent}/${type.split('/').at(-1)}/${name}`, name, type, systemData: systemDataOf(child) };
}
