import type { Statement, Tx } from '../database/database.js';
import type { ImageTagRow } from './content-index.repository.js';

const note: Statement = {
  name: 'claimed_tags.note',
  text: `update image_tags t set updated_at = $4, claimed_at = $4 from repositories r
          where r.registry_id = $1 and r.name = $2 and t.repository_id = r.id and t.name = $3`,
};

/** The tag was set by somebody who moves none: pushes that had begun by then come after it. */
export async function noteTagClaim(
  tx: Tx,
  { registryId, repository, tag, at }: Omit<ImageTagRow, 'digest'>,
): Promise<void> {
  await tx.count(note, [registryId, repository, tag, at]);
}
