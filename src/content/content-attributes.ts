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
import { inTheWay, isLocking, type Deed } from './locked.js';

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
   * What keeps somebody from doing that, in words such as `writeEnabled of the tag 'v1'`; undefined when nothing does.
   * @param reference tag or digest; empty when it is about the repository alone.
   */
  async inTheWay(deed: Deed, registryId: string, repository: string, reference: string): Promise<string | undefined> {
    return inTheWay(deed, await findParts(this.database, registryId, repository, reference));
  }

  /** As above, of the deletion of the repository with all that is in it. */
  async inTheWayOfAll(registryId: string, repository: string): Promise<string | undefined> {
    const own = await this.inTheWay('delete', registryId, repository, '');
    if (own !== undefined) return own;
    const within = await findLockedWithin(this.database, registryId, repository);
    return within && inTheWay('delete', [within]);
  }
}
