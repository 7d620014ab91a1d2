import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import type { INestApplication } from '@nestjs/common';
import type { FastifyInstance, FastifyReply } from 'fastify';
import { PROJECT_FOLDER } from './project-folder.js';

const UI_FOLDER = dirname(createRequire(import.meta.url).resolve('swagger-ui-dist/package.json'));
/** The files of Swagger UI that the page asks for. */
const UI_FILES = {
  'swagger-ui.css': 'text/css; charset=utf-8',
  'swagger-ui-bundle.js': 'text/javascript; charset=utf-8',
  'favicon-32x32.png': 'image/png',
} as const;
const STARTER = `SwaggerUIBundle({
  url: '/openapi.json', dom_id: '#swagger-ui', deepLinking: true,
  defaultModelsExpandDepth: 0, docExpansion: 'list', tryItOutEnabled: false,
});
`;
const PAGE = `<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8" />
    <title>Berth API</title>
    <link rel="stylesheet" href="/docs/swagger-ui.css" />
    <link rel="icon" type="image/png" href="/docs/favicon-32x32.png" />
  </head>
  <body>
    <div id="swagger-ui"></div>
    <script src="/docs/swagger-ui-bundle.js"></script>
    <script src="/docs/start.js"></script>
  </body>
</html>
`;

/**
 * Serves the committed document at `/openapi.json` and `/openapi.yaml`, and Swagger UI at `/docs`. Call it before `listen`.
 * Not by SwaggerModule, which would keep what only the generator needs in the memory of every service.
 */
export function serveDocument(app: INestApplication): void {
  const fastify = app.getHttpAdapter().getInstance() as FastifyInstance;
  const serve = (path: string, type: string, read: () => Promise<string | Buffer>) =>
    fastify.get(path, async (_request, reply: FastifyReply) => reply.type(type).send(await read()));
  const yaml = () => readFile(join(PROJECT_FOLDER, 'openapi.yaml'), 'utf8');
  let json: Promise<string> | undefined;
  serve('/openapi.yaml', 'application/yaml; charset=utf-8', yaml);
  serve('/openapi.json', 'application/json; charset=utf-8', () => (json ??= yaml().then(asJson)));
  serve('/docs', 'text/html; charset=utf-8', () => Promise.resolve(PAGE));
  serve('/docs/', 'text/html; charset=utf-8', () => Promise.resolve(PAGE));
  serve('/docs/start.js', 'text/javascript; charset=utf-8', () => Promise.resolve(STARTER));
  for (const [name, type] of Object.entries(UI_FILES))
    serve(`/docs/${name}`, type, () => readFile(join(UI_FOLDER, name)));
}

/** Imports the parser only now: most services are never asked for the document. */
async function asJson(yaml: string): Promise<string> {
  const { parse } = await import('yaml');
  return JSON.stringify(parse(yaml));
}
