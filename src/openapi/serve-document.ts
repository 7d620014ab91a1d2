import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import type { INestApplication } from '@nestjs/common';
import type { FastifyInstance, FastifyReply } from 'fastify';
import { PROJECT_FOLDER } from './project-folder.js';

/** Of the document as JSON; it has a quarter of a million. */
const MOST_BYTES = 16 * 1024 ** 2;
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
  const yamlFile = join(PROJECT_FOLDER, 'openapi.yaml');
  let json: Promise<string> | undefined;
  serve('/openapi.yaml', 'application/yaml; charset=utf-8', () => readFile(yamlFile, 'utf8'));
  serve('/openapi.json', 'application/json; charset=utf-8', () => (json ??= asJson(yamlFile)));
  serve('/docs', 'text/html; charset=utf-8', () => Promise.resolve(PAGE));
  serve('/docs/', 'text/html; charset=utf-8', () => Promise.resolve(PAGE));
  serve('/docs/start.js', 'text/javascript; charset=utf-8', () => Promise.resolve(STARTER));
  for (const [name, type] of Object.entries(UI_FILES))
    serve(`/docs/${name}`, type, () => readFile(join(UI_FOLDER, name)));
}

/** In a process of its own, so that the many megabytes which parsing takes are given back, and no other request waits for it. */
async function asJson(yamlFile: string): Promise<string> {
  const converter = join(PROJECT_FOLDER, 'scripts/yaml-to-json.mjs');
  const { stdout } = await promisify(execFile)(process.execPath, [converter, yamlFile], {
    env: {},
    maxBuffer: MOST_BYTES,
  });
  return stdout;
}
