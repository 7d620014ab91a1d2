import { randomUUID } from 'node:crypto';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Caller } from '../arm/caller.js';
import { isUuid } from '../arm/uuid.js';
import type { Database, Sql, Tx } from '../database/database.js';
import type { TransactionWatch } from '../database/transaction-watch.js';
import type { Clock } from '../work/clock.js';
import type { EventStatus } from './activity-event.entity.js';
import { recordEvent, recordRefusedEvent, recordStartEvent, type RequestEvent } from './activity-log.repository.js';
import type { Subject } from './subject.js';

/** Of what clients make up at will; longer is cut. */
const MAX_TEXT_LENGTH = 200;

const UNAUTHENTICATED = 401;
const ACCEPTED = 202;
const THROTTLED = 429;

interface Request {
  readonly subject: Subject;
  readonly request: FastifyRequest;
  readonly reply: FastifyReply;
}

/**
 * The one event of one request: written in the first transaction that commits for it, or on its own once the answer is
 * known. What turns out otherwise afterwards is corrected.
 */
export class Recording implements TransactionWatch {
  private readonly eventId = randomUUID();
  private eventTimestamp: Date | undefined;
  private operationId: string | undefined;
  private written: RequestEvent | undefined;
  private state: 'open' | 'committed' | 'answered' = 'open';

  constructor(
    private readonly about: Request,
    private readonly database: Database,
    private readonly clock: Clock,
  ) {}

  /** The request starts an operation, in the transaction that is open. */
  started(operationId: string): void {
    if (this.state === 'open') this.operationId = operationId;
  }

  began(): void {
    if (this.state === 'open') this.operationId = undefined;
  }

  async beforeCommit(tx: Tx): Promise<void> {
    if (this.state === 'open') await this.write(tx, this.statusSoFar());
  }

  committed(): void {
    if (this.written && this.state === 'open') this.state = 'committed';
  }

  /** Writes the event if no transaction did, or did with another outcome. */
  async answered(statusCode: number, errorCode: string | undefined): Promise<void> {
    const before = this.state;
    this.state = 'answered';
    if (before === 'committed' && this.isTrue(statusCode)) return;
    // Not a caller of the subscription, or one who is to be kept from costing anything.
    if (before === 'open' && (statusCode === UNAUTHENTICATED || statusCode === THROTTLED)) return;
    if (before === 'open') this.operationId = undefined;
    await this.write(this.database, statusCode, errorCode);
  }

  /** Whether what was written says it well enough: a request may wait for its operation and then answer another success. */
  private isTrue(statusCode: number): boolean {
    return statusCode < 400 && (this.operationId !== undefined || this.written?.detail.statusCode === statusCode);
  }

  private async write(sql: Sql, statusCode: number, errorCode?: string): Promise<void> {
    const { caller } = this.about.request;
    if (!caller || !isUuid(this.about.subject.id.subscriptionId)) return;
    const event = this.event(caller, statusCode, errorCode);
    if (this.state === 'open') await (this.operationId ? recordStartEvent : recordEvent)(sql, event);
    else if (event.status === 'Failed') await recordRefusedEvent(sql, event, caller.tenantId);
    else await recordEvent(sql, event);
    this.written = event;
  }

  /** Some say how they answer only after the commit. */
  private statusSoFar(): number {
    const { request, reply } = this.about;
    if (reply.statusCode !== 200 || this.operationId === undefined) return reply.statusCode;
    return request.method === 'PUT' || request.method === 'PATCH' ? 201 : ACCEPTED;
  }

  private event(caller: Caller, statusCode: number, errorCode: string | undefined): RequestEvent {
    const { subject, request, reply } = this.about;
    const { subscriptionId, groupName } = subject.id;
    this.eventTimestamp ??= this.clock.now();
    const clientRequestId = request.headers['x-ms-client-request-id'];
    const { resourceId, resourceType, provider, operationName } = subject;
    return {
      id: this.eventId,
      subscriptionId,
      eventTimestamp: this.eventTimestamp,
      resourceKey: resourceId.toLowerCase(),
      groupKey: groupName === undefined ? null : cut(groupName.toLowerCase()),
      providerKey: provider.toLowerCase(),
      correlationId: cut(String(reply.getHeader('x-ms-correlation-request-id') ?? request.id)),
      operationId: this.operationId ?? request.id,
      status: this.statusFor(statusCode),
      caller: caller.name,
      detail: {
        resourceId,
        ...(groupName === undefined ? {} : { groupName: cut(groupName) }),
        resourceType: cut(resourceType),
        provider: cut(provider),
        operationName: cut(operationName),
        claims: claimsOf(caller),
        method: request.method,
        clientIpAddress: request.ip,
        ...(clientRequestId === undefined ? {} : { clientRequestId: cut(String(clientRequestId)) }),
        statusCode,
        ...(errorCode === undefined ? {} : { errorCode }),
      },
    };
  }

  private statusFor(statusCode: number): EventStatus {
    if (statusCode >= 400) return 'Failed';
    return this.operationId !== undefined || statusCode === ACCEPTED ? 'Accepted' : 'Succeeded';
  }
}

/** Who it was, and nothing else that the token said. */
function claimsOf({ objectId, tenantId, appId, name, type }: Caller): Record<string, string> {
  return { oid: objectId, tid: tenantId, ...(appId === undefined ? {} : { appid: appId }), name, idtyp: type };
}

function cut(text: string): string {
  return text.slice(0, MAX_TEXT_LENGTH);
}
