import { applyDecorators } from '@nestjs/common';
import type { Type } from '@nestjs/common';
import type { ApiQueryOptions } from '@nestjs/swagger';
import {
  ApiBody,
  ApiConsumes,
  ApiExtraModels,
  ApiOperation,
  ApiProduces,
  ApiQuery,
  ApiResponse,
} from '@nestjs/swagger';
import { CloudEndpointsWire, CloudWire, OAuthErrorWire, TokenAnswerWire, TokenRequestWire } from './identity.wire.js';
import { METADATA_VERSIONS } from './metadata.js';

const refOf = ({ name }: Type) => ({ $ref: `#/components/schemas/${name}` });

/** Describes a route that anybody may read. */
export function OpenGet(operationId: string, answer: Type): MethodDecorator {
  return applyDecorators(
    ApiOperation({ operationId, security: [] }),
    ApiResponse({ status: 200, description: 'The answer.', type: answer }),
    ApiResponse({ status: 'default', description: 'Why there is none.', type: OAuthErrorWire }),
  );
}

/** Describes a token endpoint. */
export function TokenPost(
  operationId: string,
  body: Type = TokenRequestWire,
  answer: Type = TokenAnswerWire,
): MethodDecorator {
  return applyDecorators(
    ApiOperation({ operationId, security: [] }),
    ApiConsumes('application/x-www-form-urlencoded'),
    ApiBody({ type: body }),
    ApiResponse({ status: 200, description: 'The answer.', type: answer }),
    ApiResponse({ status: 'default', description: 'Why there is none.', type: OAuthErrorWire }),
  );
}

/** Describes the description of this cloud, which has another shape in each of its versions. */
export function CloudGet(operationId: string): MethodDecorator {
  return applyDecorators(
    ApiOperation({ operationId, security: [] }),
    ApiQuery({
      name: 'api-version',
      required: true,
      description: 'The version of the description.',
      schema: { type: 'string', enum: [...METADATA_VERSIONS.keys()] },
    }),
    ApiExtraModels(CloudEndpointsWire, CloudWire),
    ApiResponse({
      status: 200,
      description: 'The description.',
      schema: { oneOf: [refOf(CloudEndpointsWire), { type: 'array', items: refOf(CloudWire) }] },
    }),
    ApiResponse({
      status: 'default',
      description: 'What went wrong.',
      schema: { $ref: '#/components/schemas/ErrorResponse' },
    }),
  );
}

/** Describes a route with which operators look after principals; they have no api-versions. */
export function PrincipalRoute(
  operationId: string,
  {
    body,
    answers,
    paged = false,
  }: {
    readonly body?: Type;
    readonly answers: Readonly<Record<number, [string, Type?]>>;
    readonly paged?: boolean;
  },
): MethodDecorator {
  return applyDecorators(
    ApiOperation({ operationId }),
    ...(body ? [ApiBody({ type: body })] : []),
    ...(paged ? PAGING.map(ApiQuery) : []),
    ...Object.entries(answers).map(([status, [description, type]]) =>
      ApiResponse({ status: Number(status), description, ...(type ? { type } : {}) }),
    ),
    ApiResponse({
      status: 'default',
      description: 'What went wrong; 403 for all but operators.',
      schema: { $ref: '#/components/schemas/ErrorResponse' },
    }),
  );
}

const PAGING: readonly ApiQueryOptions[] = [
  { name: '$top', required: false, description: 'How many at the most.', schema: { type: 'integer', minimum: 1 } },
  { name: '$skipToken', required: false, description: 'As `nextLink` has it.', schema: { type: 'string' } },
];

/** Describes a page for people. */
export function PageRoute(operationId: string): MethodDecorator {
  return applyDecorators(
    ApiOperation({ operationId, security: [] }),
    ApiProduces('text/html'),
    ApiResponse({ status: 200, description: 'The page.', schema: { type: 'string' } }),
    ApiResponse({ status: 'default', description: 'The page, with what went wrong.', schema: { type: 'string' } }),
  );
}
