import { randomInt } from 'node:crypto';
import { findProgram } from '../../src/config/programs.js';
import { runOwnLoad } from './own-load.js';
import { runWrk } from './wrk.js';

export const CONNECTIONS = 64;
export const DIGITS = 7;
/** Leading digits of a registry's number that name its group. */
export const GROUP_DIGITS = 4;
export const RANDOM_BELOW = 1_000_000_000;

/**
 * One kind of request, sent over and over. In path and body `{n}` is the registry's number, `{g}` that of its group, and
 * `{r}` drawn at random each time.
 */
export interface Load {
  readonly method: 'GET' | 'PUT' | 'POST';
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
  /** Numbers drawn at random, or counted so that none comes twice. */
  readonly numbers: { readonly randomBelow: number } | { readonly from: number };
  readonly caFile?: string;
}

export interface LoadResult {
  readonly requests: number;
  readonly seconds: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  /** Answers of 400 and above, and connections that broke. */
  readonly failures: number;
}

/** Keeps 64 connections busy for some seconds. @throws when a request failed. */
export async function runLoad(load: Load, seconds: number): Promise<LoadResult> {
  const wrk = findProgram(['wrk']);
  const result = wrk ? await runWrk(wrk, load, seconds) : await runOwnLoad(load, seconds);
  if (result.failures > 0 || result.requests === 0)
    throw new Error(`${load.method} ${load.url}: ${result.failures} of ${result.requests} requests failed.`);
  return result;
}

/** `text` with its placeholders filled in. */
export function filledIn(text: string, number: number, random = randomInt(RANDOM_BELOW)): string {
  const digits = String(number).padStart(DIGITS, '0');
  return text
    .replaceAll('{n}', digits)
    .replaceAll('{g}', digits.slice(0, GROUP_DIGITS))
    .replaceAll('{r}', String(random));
}
