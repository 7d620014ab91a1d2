import { open } from 'node:fs/promises';
import { join } from 'node:path';
import { Injectable } from '@nestjs/common';
import { Config } from '../config/config.js';
import { environmentText, type SecretSource } from '../config/secret-sources.js';
import { Secret } from '../secrets/secret.js';
import { parseSecretIdentifier, type SecretIdentifier } from './secret-identifier.js';

/** The longest secret, as key vaults take it. */
const LIMIT_BYTES = 25 * 1024;

/** What a secret is wanted for. */
export interface SecretUse {
  readonly subscriptionId: string;
  /** Host of the registry that it will be sent to. */
  readonly upstream: string;
}

/** Why there is no secret: a code for programs, a sentence for people with nothing of the secret in it. */
export interface SecretProblem {
  readonly code: 'KeyVaultNotConfigured' | 'SecretNotAllowed' | 'SecretNotFound';
  readonly message: string;
}

/** Reads secrets where the settings say that those of a vault are, anew each time, so that a changed one holds at once. */
@Injectable()
export class SecretReader {
  constructor(private readonly config: Config) {}

  /** @param identifier URL of the key vault's secret. */
  async read(identifier: string, use: SecretUse): Promise<Secret | SecretProblem> {
    const parsed = parseSecretIdentifier(identifier);
    const source = this.config.secretSources.find(({ vault }) => vault === parsed?.vault);
    if (!parsed || !source) return notConfigured(identifier, parsed);
    if (!isAllowed(source, use)) return notAllowed(identifier, use);
    const text = source.kind === 'env' ? environmentText(variableFor(source, parsed)) : await fileText(source, parsed);
    const value = text?.replace(/\r?\n$/, '') ?? '';
    return value === '' ? notFound(identifier) : new Secret(value);
  }
}

function isAllowed({ subscriptions, upstreams }: SecretSource, { subscriptionId, upstream }: SecretUse): boolean {
  return (
    (subscriptions.length === 0 || subscriptions.includes(subscriptionId.toLowerCase())) &&
    (upstreams.length === 0 || upstreams.includes(upstream.toLowerCase()))
  );
}

/** `hub-password` → `HUB_PASSWORD`, behind the prefix; a version follows it. */
function variableFor({ place }: SecretSource, { name, version }: SecretIdentifier): string {
  const parts = version === undefined ? [name] : [name, version];
  return `${place}${parts.join('_').replaceAll('-', '_').toUpperCase()}`;
}

/** A version follows the name after a dot, which no name has. */
async function fileText({ place }: SecretSource, { name, version }: SecretIdentifier): Promise<string | undefined> {
  const path = join(place, version === undefined ? name : `${name}.${version}`);
  const file = await open(path).catch(() => undefined);
  if (!file) return undefined;
  try {
    const { bytesRead, buffer } = await file.read({ buffer: Buffer.alloc(LIMIT_BYTES + 1) });
    return bytesRead > LIMIT_BYTES ? undefined : buffer.toString('utf8', 0, bytesRead);
  } catch {
    return undefined;
  } finally {
    await file.close();
  }
}

function notConfigured(identifier: string, parsed: SecretIdentifier | undefined): SecretProblem {
  const vault = parsed?.vault ?? identifier;
  const message =
    `'${identifier}' was not read: the service does not know where the secrets of '${vault}' are. ` +
    `Whoever runs it can say so in BERTH_SECRET_SOURCES.`;
  return { code: 'KeyVaultNotConfigured', message };
}

function notAllowed(identifier: string, { subscriptionId, upstream }: SecretUse): SecretProblem {
  const message =
    `'${identifier}' was not read: the service may not use it for the subscription '${subscriptionId}' ` +
    `and the registry '${upstream}'. Whoever runs it can say so in BERTH_SECRET_SOURCES.`;
  return { code: 'SecretNotAllowed', message };
}

function notFound(identifier: string): SecretProblem {
  const message =
    `'${identifier}' was not found where the secrets of its vault are kept, or is empty or too long. ` +
    'It is a file or a variable of that name on the machine of the service.';
  return { code: 'SecretNotFound', message };
}
