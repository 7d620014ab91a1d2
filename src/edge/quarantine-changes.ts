import { Injectable } from '@nestjs/common';
import { QUARANTINE_STATES, type QuarantineState } from '../content/manifest.entity.js';
import { Quarantine, type Judgement } from '../content/quarantine.js';
import { covers } from './access.js';
import type { AcrRoute } from './acr-route.js';
import type { ContentCall } from './content-call.js';
import { OciError, unknownManifest } from './oci-error.js';
import { QuarantineSight } from './quarantine-sight.js';

const MAX_DETAILS = 16_384;

/** What whoever looks at quarantined images says of them. */
@Injectable()
export class QuarantineChanges {
  constructor(
    private readonly quarantine: Quarantine,
    private readonly sight: QuarantineSight,
  ) {}

  /**
   * Does what the body of a change of a manifest says of its quarantine.
   * @param hasMore whether it also says what the right to judge does not allow.
   * @throws OciError 403 when the sender may not do all of it.
   */
  async change(
    call: ContentCall,
    { name, last, needs }: AcrRoute,
    body: Readonly<Record<string, unknown>>,
    hasMore: boolean,
  ): Promise<void> {
    const judgement = readJudgement(body);
    const mayChange = covers(call.access, needs);
    if ((hasMore || !judgement) && !mayChange) throw denied(`The attributes of '${name}@${last}'`, 'metadata_write');
    if (!judgement) return;
    if (!(await this.sight.may(call, 'write', name)))
      throw denied(`The quarantine of '${name}@${last}'`, 'quarantine/write, as the role AcrQuarantineWriter gives it');
    const owner = { registryId: call.registry.id, repository: name, digest: last };
    if (!(await this.quarantine.judge(owner, judgement, call.cause))) throw unknownManifest(name, last);
  }
}

function readJudgement(body: Readonly<Record<string, unknown>>): Judgement | undefined {
  const [state, details] = [body['quarantineState'] ?? undefined, body['quarantineDetails'] ?? undefined];
  if (state === undefined && details === undefined) return undefined;
  const written = typeof state === 'string' ? state.toLowerCase() : '';
  const known = QUARANTINE_STATES.find((one) => one.toLowerCase() === written);
  if (!known) throw malformed(`quarantineState is none of ${QUARANTINE_STATES.join(', ')}`);
  if (details !== undefined && (typeof details !== 'string' || details.length > MAX_DETAILS || details.includes('\0')))
    throw malformed(`quarantineDetails is no text of at most ${MAX_DETAILS} characters`);
  return { state: known satisfies QuarantineState, details };
}

function malformed(what: string): OciError {
  return new OciError('UNSUPPORTED', `The quarantine cannot be read: ${what}; write {"quarantineState": "Passed"}.`, {
    status: 400,
  });
}

function denied(what: string, right: string): OciError {
  return new OciError('DENIED', `${what} can be changed only with the right ${right}.`);
}
