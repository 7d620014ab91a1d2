import { randomBytes } from 'node:crypto';
import { Controller, Delete, Get, Param, Post } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { ArmError } from '../arm/arm-error.js';
import { ArmTenant, type TenantRequest } from '../arm/arm-request.js';
import { OperatorOnly } from '../arm/operator-only.js';
import { Database } from '../database/database.js';
import { Secret } from '../secrets/secret.js';
import { Clock } from '../work/clock.js';
import { certificateOf, MOST_CREDENTIALS } from './credentials.js';
import { PrincipalRoute } from './openapi.js';
import { bodyOf, expiryOf, failMissing, idOf } from './principal-requests.js';
import { CreatedCredentialWire, CredentialListWire, CredentialWire, NewCredentialWire } from './principals.wire.js';
import { ServicePrincipals } from './service-principals.js';
import {
  certificatesOf,
  findPrincipal,
  insertPrincipalCertificate,
  lockPrincipal,
  removeCredentialOf,
  secretsOf,
} from './service-principals.repository.js';
import type { NewCertificate, NewSecret } from './service-principals.repository.js';

const WHAT = 'service principal';
const SECRET_BYTES = 32;

/** Secrets and certificates with which a service principal signs in. */
@ApiTags('Identity')
@OperatorOnly()
@Controller('identity/servicePrincipals/:appId/credentials')
export class CredentialsController {
  constructor(
    private readonly database: Database,
    private readonly principals: ServicePrincipals,
    private readonly clock: Clock,
  ) {}

  /** The credentials of a service principal, expired ones too. */
  @Get()
  @PrincipalRoute('ServicePrincipalCredentials_List', { answers: { 200: ['The credentials.', CredentialListWire] } })
  async list(@Param('appId') appId: string): Promise<CredentialListWire> {
    const id = idOf(WHAT, appId);
    if (!(await findPrincipal(this.database, id))) failMissing(WHAT, appId);
    const [secrets, certificates] = await Promise.all([
      secretsOf(this.database, id),
      certificatesOf(this.database, id),
    ]);
    return { value: [...secrets.map(secretToWire), ...certificates.map(certificateToWire)] };
  }

  /** Adds a secret, which is told this once, or registers a certificate. The others stay good. */
  @Post()
  @PrincipalRoute('ServicePrincipalCredentials_Create', {
    body: NewCredentialWire,
    answers: { 201: ['It was added.', CreatedCredentialWire] },
  })
  async add(@ArmTenant() request: TenantRequest, @Param('appId') appId: string): Promise<CreatedCredentialWire> {
    const id = idOf(WHAT, appId);
    const now = this.clock.now();
    const wanted = bodyOf(NewCredentialWire, request.body ?? {});
    const expiresAt = expiryOf('expiresAt', wanted.expiresAt, now) ?? undefined;
    const certificate = wanted.certificate === undefined ? undefined : certificateOf(id, wanted.certificate, now);
    const secret = new Secret(randomBytes(SECRET_BYTES).toString('hex'));
    const added = await this.database.transaction(async (tx) => {
      if (!(await lockPrincipal(tx, id))) failMissing(WHAT, appId);
      if ((await secretsOf(tx, id)).length + (await certificatesOf(tx, id)).length >= MOST_CREDENTIALS)
        throw new ArmError(
          'QuotaExceeded',
          `A service principal has at most ${MOST_CREDENTIALS} credentials. Delete one first.`,
        );
      if (!certificate)
        return { ...secretToWire(await this.principals.addSecret(tx, id, secret, expiresAt)), secret: secret.reveal() };
      await insertPrincipalCertificate(tx, certificate);
      return certificateToWire(certificate);
    });
    request.answer(201);
    return added;
  }

  /** Takes a secret or a certificate away; tokens that it brought stay good until they expire. */
  @Delete(':credentialId')
  @PrincipalRoute('ServicePrincipalCredentials_Delete', {
    answers: { 200: ['It was taken away.'], 204: ['There was none.'] },
  })
  async delete(
    @ArmTenant() request: TenantRequest,
    @Param('appId') appId: string,
    @Param('credentialId') credentialId: string,
  ): Promise<void> {
    const [id, credential] = [idOf(WHAT, appId), idOf('credential', credentialId)];
    request.answer((await removeCredentialOf(this.database, id, credential)) ? 200 : 204);
  }
}

function secretToWire({ id, hint, createdAt, expiresAt }: NewSecret): CredentialWire {
  return { id, type: 'secret', hint, createdAt: createdAt.toISOString(), expiresAt: expiresAt?.toISOString() ?? null };
}

function certificateToWire({ id, thumbprint, createdAt, expiresAt }: NewCertificate): CredentialWire {
  return {
    id,
    type: 'certificate',
    thumbprint,
    createdAt: createdAt.toISOString(),
    expiresAt: expiresAt.toISOString(),
  };
}
