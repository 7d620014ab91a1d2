import { columnsOf } from '../database/columns.js';
import type { Sql, Statement, Tx } from '../database/database.js';
import { DeviceCode } from './device-code.entity.js';
import { RefreshToken } from './refresh-token.entity.js';

const refresh = columnsOf(RefreshToken);
const device = columnsOf(DeviceCode);

const insertRefresh: Statement = {
  name: 'refresh_tokens.insert',
  text: `insert into refresh_tokens ${refresh.insert}`,
};
const useRefresh: Statement = {
  name: 'refresh_tokens.lock',
  text: `select ${refresh.select()} from refresh_tokens where token_hash = $1 for update`,
};
const markUsed: Statement = {
  name: 'refresh_tokens.mark_used',
  text: `update refresh_tokens set used_at = $2 where token_hash = $1 and used_at is null`,
};
const endFamily: Statement = {
  name: 'refresh_tokens.end_family',
  text: `delete from refresh_tokens where family = $1`,
};
const insertDevice: Statement = { name: 'device_codes.insert', text: `insert into device_codes ${device.insert}` };
const lockDevice: Statement = {
  name: 'device_codes.lock',
  text: `select ${device.select()} from device_codes where code_hash = $1 for update`,
};
const polled: Statement = {
  name: 'device_codes.polled',
  text: `update device_codes set polled_at = $2, interval_seconds = $3 where code_hash = $1`,
};
const removeDevice: Statement = { name: 'device_codes.remove', text: `delete from device_codes where code_hash = $1` };
const approve: Statement = {
  name: 'device_codes.approve',
  text: `update device_codes set object_id = $2, generation = $4
          where user_code = $1 and object_id is null and expires_at > $3`,
};
const forgetExpired: Statement = {
  name: 'grants.forget_expired',
  text: `with codes as (delete from device_codes where expires_at < $1 returning 1),
              tokens as (delete from refresh_tokens where expires_at < $1 returning 1)
         select count(*)::int as gone from (select * from codes union all select * from tokens) as both_kinds`,
};

type NewRefreshToken = Omit<RefreshToken, 'user'>;
type NewDeviceCode = Omit<DeviceCode, 'user'>;

export async function insertRefreshToken(sql: Sql, token: NewRefreshToken): Promise<void> {
  await sql.count(insertRefresh, refresh.values(token as RefreshToken));
}

export function lockRefreshToken(tx: Tx, tokenHash: Buffer): Promise<NewRefreshToken | undefined> {
  return tx.row<NewRefreshToken>(useRefresh, [tokenHash]);
}

export async function markRefreshTokenUsed(tx: Tx, tokenHash: Buffer, now: Date): Promise<void> {
  await tx.count(markUsed, [tokenHash, now]);
}

export async function endRefreshTokenFamily(tx: Tx, family: string): Promise<void> {
  await tx.count(endFamily, [family]);
}

export async function insertDeviceCode(sql: Sql, code: NewDeviceCode): Promise<void> {
  await sql.count(insertDevice, device.values(code as DeviceCode));
}

export function lockDeviceCode(tx: Tx, codeHash: Buffer): Promise<NewDeviceCode | undefined> {
  return tx.row<NewDeviceCode>(lockDevice, [codeHash]);
}

export async function markDeviceCodePolled(tx: Tx, codeHash: Buffer, now: Date, seconds: number): Promise<void> {
  await tx.count(polled, [codeHash, now, seconds]);
}

export async function removeDeviceCode(tx: Tx, codeHash: Buffer): Promise<void> {
  await tx.count(removeDevice, [codeHash]);
}

/** Whether a client waits for somebody to type this code. */
export async function approveDeviceCode(
  sql: Sql,
  userCode: string,
  { objectId, generation }: Pick<RefreshToken, 'objectId' | 'generation'>,
  now: Date,
): Promise<boolean> {
  return (await sql.count(approve, [userCode, objectId, now, generation])) > 0;
}

/** Answers how many codes and refresh tokens had expired before. */
export async function forgetExpiredGrants(sql: Sql, before: Date): Promise<number> {
  return (await sql.row<{ gone: number }>(forgetExpired, [before]))?.gone ?? 0;
}
