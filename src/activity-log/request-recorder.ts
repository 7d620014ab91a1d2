import { Injectable, Logger, Optional } from '@nestjs/common';
import type { OnModuleInit } from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { Database } from '../database/database.js';
import { currentWatch, watchedBy } from '../database/transaction-watch.js';
import { Clock } from '../work/clock.js';
import { ActivityObserver } from './activity-observer.js';
import { Recording } from './recording.js';
import { subjectOf } from './subject.js';

/**
 * Sees to it that every request which changes something in a subscription leaves an event, whatever route takes it. The
 * server's own hooks do it, so that no route can forget to.
 */
@Injectable()
export class RequestRecorder implements OnModuleInit {
  private readonly logger = new Logger(RequestRecorder.name);
  private readonly recordings = new WeakMap<FastifyRequest, Recording>();

  constructor(
    private readonly adapter: HttpAdapterHost,
    private readonly database: Database,
    private readonly clock: Clock,
    @Optional() private readonly observer?: ActivityObserver,
  ) {}

  onModuleInit(): void {
    const server = this.adapter.httpAdapter.getInstance<FastifyInstance>();
    server.addHook('preHandler', (request, reply, done) => {
      const recording = this.begin(request, reply);
      if (recording) watchedBy(recording, done);
      else done();
    });
    // By callback, which costs the requests that are not recorded next to nothing.
    server.addHook('onSend', (request, reply, payload, done) => {
      const recording = this.recordings.get(request);
      if (!recording) return done(null, payload);
      void this.end(recording, request, reply.statusCode, payload).then(() => done(null, payload));
    });
  }

  /** An operation is started on behalf of whoever the caller runs for. */
  started(operationId: string): void {
    const watch = currentWatch();
    if (watch instanceof Recording) watch.started(operationId);
  }

  private begin(request: FastifyRequest, reply: FastifyReply): Recording | undefined {
    const [path = ''] = request.url.split('?', 1);
    const subject = subjectOf(request.method, request.routeOptions.url ?? '', path);
    if (!subject) return undefined;
    const recording = new Recording({ subject, request, reply }, this.database, this.clock);
    this.recordings.set(request, recording);
    return recording;
  }

  /** The answer goes out whether or not its event could be written. */
  private async end(recording: Recording, request: FastifyRequest, status: number, payload: unknown): Promise<void> {
    this.recordings.delete(request);
    try {
      await recording.answered(status, status < 400 ? undefined : errorCodeOf(payload));
    } catch (error) {
      this.observer?.lost();
      this.logger.error({
        requestId: request.id,
        message: 'The event of the request could not be written.',
        err: error,
      });
    }
  }
}

function errorCodeOf(payload: unknown): string | undefined {
  try {
    const body = JSON.parse(String(payload)) as { readonly error?: { readonly code?: unknown } } | null;
    return typeof body?.error?.code === 'string' ? body.error.code : undefined;
  } catch {
    return undefined;
  }
}
