import { Injectable } from '@nestjs/common';
import { Database } from '../database/database.js';
import type { ChangeableAttributes } from './changeable-attributes.js';
import {
  findLockedWithin,
  findParts,
  noteLocks,
  updateAttributes,
  type AttributesOwner,
} from './content-attributes.repository.js';
import { immutableInTheWay, inTheWay, isLocking, type Deed, type PartAttributes } from './locked.js';
import { namedByImmutableTag } from './tag-immutability.repository.js';

/** What keeps somebody from doing something. */
export interface Obstacle {
  /** A tag that stays as it is; undefined when it is an attribute. */
  readonly immutableTag: string | undefined;
  /** In words such as `writeEnabled of the tag 'v1'`; undefined when it is a tag. */
  readonly attribute: string | undefined;
}

/** What may be done with repositories, tags and manifests. */
@Injectable()
export class ContentAttributes {
  constructor(private readonly database: Database) {}

  /** Holds from the next request on, whichever process takes that. False when there is no such owner. */
  change(owner: AttributesOwner, attributes: Partial<ChangeableAttributes>): Promise<boolean> {
    return this.database.transaction(async (tx) => {
      const isThere = await updateAttributes(tx, owner, attributes);
      if (isThere && isLocking(attributes)) await noteLocks(tx, owner.registryId);
      return isThere;
    });
  }

  /**
   * What keeps somebody from doing that; undefined when nothing does.
   * @param reference tag or digest; empty when it is about the repository alone.
   */
  async inTheWay(deed: Deed, registryId: string, repository: string, reference: string): Promise<Obstacle | undefined> {
    return obstacleOf(deed, await findParts(this.database, registryId, repository, reference));
  }

  /** As above, of the deletion of the repository with all that is in it. */
  async inTheWayOfAll(registryId: string, repository: string): Promise<Obstacle | undefined> {
    const own = await this.inTheWay('delete', registryId, repository, '');
    if (own !== undefined) return own;
    const within = await findLockedWithin(this.database, registryId, repository);
    return within && obstacleOf('delete', [within]);
  }

  /** Whether the tag names another manifest than this, and stays as it is. */
  async keepsAnother(named: Parameters<typeof namedByImmutableTag>[1]): Promise<boolean> {
    return (await namedByImmutableTag(this.database, named)) !== undefined;
  }
}

function obstacleOf(deed: Deed, found: readonly PartAttributes[]): Obstacle | undefined {
  const attribute = inTheWay(deed, found);
  const immutableTag = attribute === undefined ? immutableInTheWay(deed, found) : undefined;
  return attribute === undefined && immutableTag === undefined ? undefined : { attribute, immutableTag };
}
