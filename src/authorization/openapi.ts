import { applyDecorators } from '@nestjs/common';
import type { Type } from '@nestjs/common';
import { ApiBody, ApiOperation, ApiQuery, ApiResponse } from '@nestjs/swagger';
import { ROLE_VERSIONS } from './role-versions.js';

type Answers = Readonly<Record<number, { readonly description: string; readonly type?: Type }>>;

/** How the routes of roles and assignments describe themselves; `body` is what a PUT takes. */
export function Described(operationId: string, answers: Answers, body?: Type): MethodDecorator {
  return applyDecorators(
    ApiOperation({ operationId }),
    ApiQuery({
      name: 'api-version',
      required: true,
      schema: { type: 'string', enum: [...ROLE_VERSIONS.keys()] },
      description: 'The version of the API.',
    }),
    ...(body ? [ApiBody({ type: body })] : []),
    ...Object.entries(answers).map(([status, answer]) => ApiResponse({ status: Number(status), ...answer })),
    ApiResponse({
      status: 'default',
      description: 'What went wrong.',
      schema: { $ref: '#/components/schemas/ErrorResponse' },
    }),
  );
}

/** A list with `$filter` and pages. */
export function DescribedList(operationId: string, page: Type, filter: string): MethodDecorator {
  const text = { type: 'string' as const };
  return applyDecorators(
    Described(operationId, { 200: { description: 'One page.', type: page } }),
    ApiQuery({ name: '$filter', required: false, description: filter, schema: text }),
    ApiQuery({
      name: '$top',
      required: false,
      description: 'The most items on a page.',
      schema: { type: 'integer', minimum: 1 },
    }),
    ApiQuery({ name: '$skipToken', required: false, description: 'From `nextLink`.', schema: text }),
  );
}
