import { createHash } from 'node:crypto';
import { canonicalJson, type Json, type JsonObject } from './canonical-json.js';
import { isTargets } from './tuf-role.js';
import type { TufSignature } from './tuf-signature.js';

/** What a file of metadata says, as far as every role says it, and as it came. */
export interface TufFile {
  readonly role: string;
  readonly version: number;
  readonly expiresAt: Date;
  readonly bytes: Buffer;
  readonly signed: JsonObject;
  /** What the signatures are over. */
  readonly message: Buffer;
  readonly signatures: readonly TufSignature[];
}

export interface FileHashes {
  /** Base64. */
  readonly sha256: string;
  readonly sha512?: string | undefined;
}

/** Larger than any version that is reached by counting. */
const MAX_VERSION = 2 ** 31 - 1;
const MAX_SIGNATURES = 64;
const TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:\d\d)$/;
const utf8 = new TextDecoder('utf-8', { fatal: true });

/** Says what is wrong with metadata, as the end of a sentence; whose it is says whoever catches it. */
export class Malformed extends Error {}

/** @throws Malformed when it is no metadata of that role. */
export function readTufFile(role: string, bytes: Buffer): TufFile {
  const file = objectOf(parsed(bytes), 'the file');
  const signed = objectOf(file['signed'], 'signed');
  const type = isTargets(role) ? 'Targets' : `${role.slice(0, 1).toUpperCase()}${role.slice(1)}`;
  if (signed['_type'] !== type) throw new Malformed(`_type is not ${type}`);
  const signatures = listOf(file['signatures'], 'signatures');
  if (signatures.length > MAX_SIGNATURES) throw new Malformed(`there are more than ${MAX_SIGNATURES} signatures`);
  return {
    role,
    version: countOf(signed['version'], 'version'),
    expiresAt: timeOf(signed['expires']),
    bytes,
    signed,
    message: messageOf(signed),
    signatures: signatures.map(signatureOf),
  };
}

export function hashesOf(bytes: Buffer): Required<FileHashes> {
  const [sha256, sha512] = ['sha256', 'sha512'].map((name) => createHash(name).update(bytes).digest('base64'));
  return { sha256: sha256 ?? '', sha512: sha512 ?? '' };
}

export function objectOf(value: Json | undefined, name: string): JsonObject {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as JsonObject;
  throw new Malformed(`${name} is no object`);
}

export function listOf(value: Json | undefined, name: string): readonly Json[] {
  if (Array.isArray(value)) return value as readonly Json[];
  throw new Malformed(`${name} is no list`);
}

export function textOf(value: Json | undefined, name: string): string {
  if (typeof value === 'string') return value;
  throw new Malformed(`${name} is no text`);
}

/** A whole number from 1. */
export function countOf(value: Json | undefined, name: string): number {
  if (typeof value === 'number' && Number.isInteger(value) && value >= 1 && value <= MAX_VERSION) return value;
  throw new Malformed(`${name} is no whole number from 1 to ${MAX_VERSION}`);
}

function parsed(bytes: Buffer): Json {
  try {
    return JSON.parse(utf8.decode(bytes)) as Json;
  } catch {
    throw new Malformed('it is not JSON in UTF-8');
  }
}

function messageOf(signed: JsonObject): Buffer {
  try {
    return Buffer.from(canonicalJson(signed));
  } catch (error) {
    if (error instanceof RangeError) throw new Malformed(`it has no canonical form: ${error.message}`);
    throw error;
  }
}

function timeOf(value: Json | undefined): Date {
  const time = new Date(typeof value === 'string' && TIME.test(value) ? value : Number.NaN);
  if (Number.isNaN(time.getTime())) throw new Malformed('expires is no time such as 2026-01-31T12:00:00Z');
  return time;
}

function signatureOf(value: Json): TufSignature {
  const signature = objectOf(value, 'a signature');
  return {
    keyId: textOf(signature['keyid'], 'keyid of a signature'),
    method: textOf(signature['method'], 'method of a signature').toLowerCase(),
    bytes: Buffer.from(textOf(signature['sig'], 'sig of a signature'), 'base64'),
  };
}
