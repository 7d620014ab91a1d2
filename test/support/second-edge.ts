import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { Test } from '@nestjs/testing';
import { AppModule } from '../../src/app.module.js';
import { loadConfig } from '../../src/config/config.js';
import { EdgeHandler } from '../../src/edge/edge-handler.js';
import { ensureCertificates } from '../../src/embedded/authority/authority.js';
import { httpAdapter } from '../../src/http-adapter.js';
import { Clock } from '../../src/work/clock.js';
import type { Edge } from './oci-edge.js';

/** Below all that other edges of the tests take. */
const NO_REGISTRY_HAS_THESE = '9700-9701';

/** One more edge of the same service, which shares the database and the clock, and nothing that it remembers. */
export interface SecondEdge {
  /** Where registries answer by host name. */
  readonly port: number;
  close(): Promise<void>;
}

export async function openSecondEdge(edge: Edge): Promise<SecondEdge> {
  const config = loadConfig({ ...edge.env, BERTH_REGISTRY_PORTS: NO_REGISTRY_HAS_THESE });
  const { key, cert } = await ensureCertificates(config);
  const module = await Test.createTestingModule({ imports: [AppModule.with(config, { key, cert })] })
    .overrideProvider(Clock)
    .useValue(edge.clock)
    .compile();
  let handler: EdgeHandler | undefined;
  const adapter = httpAdapter((controlPlane) =>
    createServer({ key, cert }, (request, response) =>
      handler?.handles(request) ? handler.handle(request, response) : controlPlane(request, response),
    ),
  );
  const app = module.createNestApplication<NestFastifyApplication>(adapter, { logger: false });
  handler = app.get(EdgeHandler, { strict: false });
  await app.listen(0, '127.0.0.1');
  return { port: (app.getHttpServer().address() as AddressInfo).port, close: () => app.close() };
}
