import { applyDecorators } from '@nestjs/common';
import type { Type } from '@nestjs/common';
import { ApiBody, ApiOperation, ApiQuery, ApiResponse } from '@nestjs/swagger';
import { LOCK_VERSIONS } from './lock-rules.js';
import { LockBody, LockPage, LockWire } from './lock.wire.js';

/** How the routes of locks describe themselves. */
export function LockList(operationId: string): MethodDecorator {
  return applyDecorators(
    described(operationId, { 200: { description: 'One page.', type: LockPage } }),
    optional('$filter', '`atScope()` leaves out what is below the scope.'),
    optional('$top', 'The most items on a page.', { type: 'integer', minimum: 1 }),
    optional('$skipToken', 'From `nextLink`.'),
  );
}

export function LockGet(operationId: string): MethodDecorator {
  return described(operationId, { 200: { description: 'The lock.', type: LockWire } });
}

export function LockPut(operationId: string): MethodDecorator {
  const answers = {
    200: { description: 'The lock; it was there before.', type: LockWire },
    201: { description: 'The lock; it is new.', type: LockWire },
  };
  return applyDecorators(described(operationId, answers), ApiBody({ type: LockBody }));
}

export function LockDelete(operationId: string): MethodDecorator {
  return described(operationId, { 200: { description: 'It is removed.' }, 204: { description: 'There is none.' } });
}

type Answers = Readonly<Record<number, { readonly description: string; readonly type?: Type }>>;

function described(operationId: string, answers: Answers): MethodDecorator {
  return applyDecorators(
    ApiOperation({ operationId }),
    ApiQuery({
      name: 'api-version',
      required: true,
      schema: { type: 'string', enum: [...LOCK_VERSIONS.keys()] },
      description: 'The version of the API.',
    }),
    ...Object.entries(answers).map(([status, answer]) => ApiResponse({ status: Number(status), ...answer })),
    ApiResponse({
      status: 'default',
      description: 'What went wrong.',
      schema: { $ref: '#/components/schemas/ErrorResponse' },
    }),
  );
}

function optional(
  name: string,
  description: string,
  schema: { type: string; minimum?: number } = { type: 'string' },
): MethodDecorator {
  return ApiQuery({ name, required: false, description, schema });
}
