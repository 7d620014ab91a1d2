import { Injectable } from '@nestjs/common';
import { Trust, type SentFile } from '../trust/trust.js';
import { TrustRefused } from '../trust/trust-refused.js';
import { wireKey } from '../trust/tuf-key.js';
import { isRole } from '../trust/tuf-role.js';
import { unauthorized } from './challenge.js';
import type { ContentCall } from './content-call.js';
import { Logins } from './logins.js';
import { filesIn } from './multipart.js';
import { OciError, sendJson } from './oci-error.js';
import { readBytes } from './read-form.js';
import { SIGN_RIGHT } from './rights.js';
import type { TrustRoute } from './trust-route.js';

const MAX_UPDATE_BYTES = 8 * 1024 * 1024;
const MAX_FILES = 50;

/** Content trust at the login server: what a notary server answers, where the registry's policy has it. */
@Injectable()
export class TrustRoutes {
  constructor(
    private readonly trust: Trust,
    private readonly logins: Logins,
  ) {}

  /** @throws OciError */
  async answer(call: ContentCall, route: TrustRoute): Promise<void> {
    try {
      requirePolicy(call);
      if (route.isChange) await this.requireSigner(call, route);
      await this.serve(call, route);
    } catch (error) {
      if (error instanceof TrustRefused) throw refusal(error.code, error.reason, error.fault);
      throw error;
    }
  }

  private async serve({ registry, request, response }: ContentCall, route: TrustRoute): Promise<void> {
    const owner = { registryId: registry.id, repository: route.repository };
    switch (route.kind) {
      case 'update':
        await this.trust.update(
          owner,
          [route.gun],
          sentFiles(request.headers['content-type'], await readBytes(request, MAX_UPDATE_BYTES)),
        );
        return sendJson(response, 200, {});
      case 'delete':
        await this.trust.forget(owner);
        return sendJson(response, 200, {});
      case 'key':
        return sendJson(response, 200, wireKey(await this.trust.key(owner, route.role)));
      case 'rotate':
        return sendJson(response, 200, wireKey(await this.trust.rotateKey(owner, route.role)));
      case 'file': {
        const file = await this.trust.file(owner, route);
        if (!file)
          throw new TrustRefused(
            'METADATA_NOT_FOUND',
            `The repository '${route.repository}' has no such '${route.role}'.`,
          );
        response.writeHead(200, {
          'Content-Type': 'application/json',
          'Content-Length': file.content.length,
          'Last-Modified': file.createdAt.toUTCString(),
          'Cache-Control': 'no-cache',
          'X-Content-Type-Options': 'nosniff',
        });
        response.end(file.content);
      }
    }
  }

  /** Those who are judged by roles need one for it; of others, whoever may write content may sign it. */
  private async requireSigner({ registry, origin, login }: ContentCall, route: TrustRoute): Promise<void> {
    if (login.kind !== 'principal') return;
    const entry = await this.logins.again(registry, login);
    const wanted = [{ type: 'repository', name: route.repository, actions: [SIGN_RIGHT] }];
    if (entry && entry.rights(wanted).length > 0) return;
    // Notary's clients say of a 403 that the server cannot be reached, and of this what it is.
    throw unauthorized(
      origin,
      route.needs,
      'insufficient_scope',
      `Signing in '${route.repository}' takes the right sign/write, as the role AcrImageSigner gives it.`,
    );
  }
}

function requirePolicy({ registry: { hasTrust, name } }: ContentCall): void {
  if (hasTrust) return;
  throw refusal(
    'UNSUPPORTED',
    `Content trust is off: set policies.trustPolicy.status of registry '${name}' to enabled (az acr config content-trust update -r ${name} --status enabled).`,
    'ErrValidation',
  );
}

function refusal(code: TrustRefused['code'] | 'UNSUPPORTED', reason: string, fault: TrustRefused['fault']): OciError {
  const status = code === 'METADATA_NOT_FOUND' ? 404 : 400;
  return new OciError(code, reason, { status, detail: { Name: fault, Error: { Msg: reason } } });
}

/** @throws TrustRefused when it is no form with files that are named for their roles. */
function sentFiles(contentType: string | undefined, body: Buffer): readonly SentFile[] {
  const files = filesIn(contentType, body, MAX_FILES);
  if (!files) throw new TrustRefused('MALFORMED_UPLOAD', 'The body is no multipart/form-data.');
  if (files.length > MAX_FILES)
    throw new TrustRefused('MALFORMED_UPLOAD', `The update has more than ${MAX_FILES} files.`);
  return files.map(({ name, bytes }) => {
    const role = name.replace(/\.json$/, '');
    if (role === '') throw new TrustRefused('NO_FILENAME', 'A file of the update has no name; it is that of its role.');
    if (!isRole(role)) throw new TrustRefused('INVALID_ROLE', `'${role}' is no role.`);
    return { role, bytes };
  });
}
