import { ArmError } from '../arm/arm-error.js';
import { notFound } from '../arm/refusals.js';
import type { ResourceId } from '../arm/resource-id.js';
import type { ServedTypes } from '../arm/served-types.js';
import type { Tx } from '../database/database.js';
import { holdRegistry } from './role-assignments.repository.js';

/**
 * What a scope names below its group is there, and all above it. The registry stays until the transaction ends: what is
 * assigned in it goes with it, and must not come after it went.
 */
export async function assertScopeStays(tx: Tx, types: ServedTypes, scope: ResourceId, tenantId: string): Promise<void> {
  for (let at = scope; at.segments.length > 0; at = at.parent()) {
    const served = types.of(at);
    if (!served) throw new ArmError('InvalidResourceType', `There is no resource type at '${at.toString()}'.`);
    const isTop = at.segments.length === 1;
    if (isTop && !(await holdRegistry(tx, at))) throw notFound(served.type, at);
    if (!(await served.find(tx, at, tenantId))) throw notFound(served.type, at);
  }
}
