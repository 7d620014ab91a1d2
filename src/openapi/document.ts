import { NestFactory } from '@nestjs/core';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import { DocumentBuilder, SwaggerModule } from '@nestjs/swagger';
import type { OpenAPIObject } from '@nestjs/swagger';
import { API_VERSIONS } from '../api-versions/index.js';
import { AppModule } from '../app.module.js';
import { loadConfig } from '../config/config.js';
import { HEADER_COMPONENTS } from './answer-headers.js';
import { METHODS, namesReferredTo, rewritten, routesOf } from './open-api.js';
import type { Operation, SchemaObject } from './open-api.js';
import { described } from './operations.js';
import { ERROR_SCHEMAS, withClientNames, type Schemas } from './schemas.js';
import { withUpdates } from './update-schemas.js';

const TAGS: Readonly<Record<string, string>> = {
  Registries: 'Container registries: create, read, change, delete, and what else can be asked of one.',
  Replications: 'A registry in other regions.',
  'Scope maps': 'What tokens may do.',
  Webhooks: 'Whom to tell of what happens in a registry.',
  Tokens: 'Names with passwords of their own that may log in and do what their scope map says.',
  'Cache rules': 'Which repositories of other registries are to be found under which names.',
  'Credential sets': 'How to log in to other registries.',
  Policies: 'What stays of the content of a registry, and what goes by itself. Azure has no such routes.',
  'Private endpoints': 'Who asks to reach a registry privately, and what of it can be reached so.',
  'Connected registries': 'Registries elsewhere that are to synchronise with one here; nothing can connect yet.',
  Operations: 'What a client polls while a resource is made, changed or deleted.',
  Subscriptions: 'The tenant of the caller, its subscriptions and their locations.',
  'Resource groups': 'Where resources lie, and with which they go.',
  Providers: 'Resource providers, and which of them a subscription uses.',
  Resources: 'Resources of all types.',
  'Activity log': 'Who asked for which change, and what came of it.',
  Tags: 'Names and values that customers give to subscriptions, groups and resources.',
  Locks: 'What keeps subscriptions, groups and resources from being deleted or changed.',
  Roles: 'Who may do what: roles, and where they are assigned.',
  Identity: 'The local token issuer, and what clients read before they sign in.',
  Faults: 'What goes wrong on purpose, where the service was started for that.',
  Service: 'Health and metrics, for whoever runs the service.',
};

/**
 * The description of the API in its newest version, made from the routes and the wire classes. Nothing is instantiated, so
 * that no database is needed. Complete only when built by the compiler that reads the doc comments of the wire classes.
 * @throws Error that names everything that is not described.
 */
export async function buildDocument(): Promise<OpenAPIObject> {
  const app = await NestFactory.create(AppModule.with(loadConfig({}), { key: '', cert: '' }), new FastifyAdapter(), {
    preview: true,
    logger: false,
    abortOnError: false,
  });
  try {
    return refined(SwaggerModule.createDocument(app, header(), { extraModels: newestShapes() }));
  } finally {
    await app.close();
  }
}

function header(): Omit<OpenAPIObject, 'paths'> {
  const [newest = ''] = Object.keys(API_VERSIONS);
  const builder = new DocumentBuilder()
    .setTitle('Berth')
    .setDescription('A self-hosted container registry service that speaks the Azure Container Registry API.')
    .setVersion(newest)
    .addServer('/', 'The service that this document came from.')
    .addBearerAuth(
      { type: 'http', scheme: 'bearer', bearerFormat: 'JWT', description: 'From a token endpoint.' },
      'token',
    )
    .addSecurityRequirements('token');
  for (const [name, description] of Object.entries(TAGS)) builder.addTag(name, description);
  return builder.build();
}

/** The shapes that each resource type has in the newest version that serves it. */
function newestShapes(): (new () => object)[] {
  const wires = Object.values(API_VERSIONS).flatMap((version) => Object.entries(version));
  return [...new Map(wires.toReversed()).values()].flatMap(({ shape, otherShapes = [] }) => [shape, ...otherShapes]);
}

function refined(raw: OpenAPIObject): OpenAPIObject {
  const named = withClientNames(raw);
  const paths: OpenAPIObject['paths'] = {};
  for (const path of Object.keys(named.paths).sort())
    paths[path] = Object.fromEntries(
      METHODS.flatMap((method) => {
        const operation = named.paths[path]?.[method];
        return operation ? [[method, described({ path, method, operation })]] : [];
      }),
    );
  const given = { ...(named.components?.schemas as Schemas), ...ERROR_SCHEMAS };
  const schemas = withUpdates(given, namesReferredTo(paths));
  const document = {
    openapi: named.openapi,
    info: { title: named.info.title, description: named.info.description ?? '', version: named.info.version },
    servers: named.servers ?? [],
    security: named.security ?? [],
    tags: named.tags ?? [],
    paths,
    components: { ...named.components, headers: HEADER_COMPONENTS, schemas: sorted(rewritten(schemas, forGenerators)) },
  };
  refuseGaps(document);
  return document;
}

/**
 * Generators take an object without properties for one that can have none, and a member with a default for one that must be
 * there, although it is the one that may be left out. So the first is opened, and the second is told in words.
 */
function forGenerators(node: Record<string, unknown>): Record<string, unknown> {
  const isBare = node.type === 'object' && !node.properties && node.additionalProperties === undefined;
  if (isBare) return { ...node, additionalProperties: true };
  if (typeof node.type !== 'string' || !('default' in node)) return node;
  const { default: value, description, ...rest } = node;
  const told = `Default: \`${String(value)}\`.`;
  return { ...rest, description: typeof description === 'string' ? `${description} ${told}` : told };
}

function sorted(schemas: Schemas): Record<string, SchemaObject> {
  return Object.fromEntries(Object.entries(schemas).sort(([one], [other]) => (one < other ? -1 : 1)));
}

function refuseGaps(document: OpenAPIObject): void {
  const routes = routesOf(document);
  const seen = new Set<string>();
  const gaps = routes.flatMap(({ path, method, operation }) => {
    const { operationId = '' } = operation;
    const isRepeated = seen.has(operationId);
    seen.add(operationId);
    return [
      ...(isRepeated ? [`the operationId ${operationId} is there twice`] : []),
      ...(/^[A-Z]\w+_[A-Z]\w+$/.test(operationId) && !operationId.includes('Controller') ? [] : ['no operationId']),
      ...(operation.tags?.every((tag) => tag in TAGS) ? [] : [`the tags ${operation.tags?.join(', ')}`]),
      ...(isAnswered(operation) ? [] : ['no described answer']),
    ].map((gap) => `${method.toUpperCase()} ${path}: ${gap}`);
  });
  const schemas = document.components?.schemas ?? {};
  const missing = [...namesReferredTo(document)].filter((name) => !(name in schemas));
  gaps.push(...missing.map((name) => `the schema ${name} is referred to, and is not there`));
  if (gaps.length > 0) throw new Error(`The API's description has gaps:\n${gaps.join('\n')}`);
}

function isAnswered({ responses }: Operation): boolean {
  return Object.values(responses).some((answer) => answer && 'description' in answer && answer.description !== '');
}
