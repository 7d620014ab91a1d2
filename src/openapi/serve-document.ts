import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { INestApplication } from '@nestjs/common';
import { SwaggerModule } from '@nestjs/swagger';
import type { OpenAPIObject } from '@nestjs/swagger';
import { parse } from 'yaml';
import { PROJECT_FOLDER } from './project-folder.js';

/** Serves the committed document at `/openapi.json`, and pages to read and try it at `/docs`. Call it before `listen`. */
export function serveDocument(app: INestApplication): void {
  SwaggerModule.setup('docs', app, document, {
    jsonDocumentUrl: 'openapi.json',
    yamlDocumentUrl: 'openapi.yaml',
    customSiteTitle: 'Berth API',
    swaggerOptions: { defaultModelsExpandDepth: 0, docExpansion: 'list', tryItOutEnabled: false },
  });
}

let read: OpenAPIObject | undefined;

/** Read at the first request, so that a start does not pay for it. */
function document(): OpenAPIObject {
  return (read ??= parse(readFileSync(join(PROJECT_FOLDER, 'openapi.yaml'), 'utf8')) as OpenAPIObject);
}
