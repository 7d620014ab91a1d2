import { Controller, Get, Header, HttpStatus, Res } from '@nestjs/common';
import { ApiOperation, ApiProduces, ApiResponse, ApiTags } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { Public } from '../identity/public.js';
import { LivenessWire, ReadinessWire } from './health.wire.js';
import { Metrics } from './metrics.js';
import { ReadinessChecks } from './readiness.js';

/** What whoever runs the service asks of it. */
@Public()
@ApiTags('Service')
@Controller()
export class HealthController {
  constructor(
    private readonly readiness: ReadinessChecks,
    private readonly metrics: Metrics,
  ) {}

  /** Whether the process runs; asks nobody else. */
  @Get('healthz/live')
  @ApiOperation({ operationId: 'Service_Live', security: [] })
  @ApiResponse({ status: 200, description: 'It does.', type: LivenessWire })
  live(): LivenessWire {
    return { status: 'alive' };
  }

  /** Whether the process can do its work: the database answers, has the newest schema, and can wake the workers. */
  @Get('healthz/ready')
  @ApiOperation({ operationId: 'Service_Ready', security: [] })
  @ApiResponse({ status: 200, description: 'It can.', type: ReadinessWire })
  @ApiResponse({ status: 503, description: 'It cannot; the checks say why.', type: ReadinessWire })
  async ready(@Res({ passthrough: true }) reply: FastifyReply): Promise<ReadinessWire> {
    const found = await this.readiness.run();
    void reply.code(found.status === 'ready' ? HttpStatus.OK : HttpStatus.SERVICE_UNAVAILABLE);
    return found;
  }

  /** Counters and durations, in the text format of Prometheus. */
  @Get('metrics')
  @Header('content-type', 'text/plain; version=0.0.4; charset=utf-8')
  @ApiOperation({ operationId: 'Service_Metrics', security: [] })
  @ApiProduces('text/plain')
  @ApiResponse({ status: 200, description: 'The metrics.', schema: { type: 'string' } })
  text(): Promise<string> {
    return this.metrics.text();
  }
}
