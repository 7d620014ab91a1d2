import type { Sql, Statement } from '../database/database.js';

const armTokensTaken: Statement = {
  name: 'permissions.arm_tokens_taken',
  text: `select policies->'azureADAuthenticationAsArmPolicy'->>'status' is distinct from 'disabled' as taken
           from registries where id = $1`,
};

/** Whether the registry takes tokens that were issued for Azure Resource Manager. */
export async function takesArmTokens(sql: Sql, registryId: string): Promise<boolean> {
  return (await sql.row<{ taken: boolean }>(armTokensTaken, [registryId]))?.taken ?? false;
}
