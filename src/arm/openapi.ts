import { applyDecorators } from '@nestjs/common';
import type { Type } from '@nestjs/common';
import { ApiBody, ApiOperation, ApiQuery, ApiResponse } from '@nestjs/swagger';
import { OperationStatusWire } from './operation.wire.js';

/**
 * How routes of the control plane describe themselves. `schema` is the name that a resource has in the document; the
 * document gives it the shape of the newest api-version, since features know nothing of versions.
 */
const refOf = (schema: string) => ({ $ref: `#/components/schemas/${schema}` });

const RETRY_AFTER = {
  'Retry-After': { description: 'Seconds after which to ask again.', schema: { type: 'integer' as const } },
};
const OPERATION_HEADERS = {
  'Azure-AsyncOperation': {
    description: 'Where to ask for the status of the operation.',
    schema: { type: 'string' as const },
  },
  ...RETRY_AFTER,
};
const RESULT_HEADERS = {
  Location: { description: 'Where to ask whether it is over.', schema: { type: 'string' as const } },
  ...RETRY_AFTER,
};

function common(operationId: string): MethodDecorator {
  return applyDecorators(
    ApiOperation({ operationId }),
    ApiQuery({
      name: 'api-version',
      required: true,
      schema: { type: 'string' },
      description: 'The version of the API.',
    }),
    ApiResponse({ status: 'default', description: 'What went wrong.', schema: refOf('ErrorResponse') }),
  );
}

export function ArmGet(operationId: string, schema: string): MethodDecorator {
  return applyDecorators(
    common(operationId),
    ApiResponse({ status: 200, description: 'The resource.', schema: refOf(schema) }),
  );
}

export function ArmList(operationId: string, schema: string): MethodDecorator {
  return applyDecorators(
    common(operationId),
    ApiQuery({
      name: '$top',
      required: false,
      schema: { type: 'integer', minimum: 1 },
      description: 'The most items on a page.',
    }),
    ApiQuery({ name: '$skipToken', required: false, schema: { type: 'string' }, description: 'From `nextLink`.' }),
    ApiResponse({
      status: 200,
      description: 'One page.',
      schema: {
        type: 'object',
        required: ['value'],
        properties: { value: { type: 'array', items: refOf(schema) }, nextLink: { type: 'string' } },
      },
    }),
  );
}

/** `body` is left out where the resource is sent as it is shown. */
export function ArmPut(operationId: string, schema: string, body = schema): MethodDecorator {
  return written(operationId, body, schema);
}

/** `…Update` is the same shape with nothing required, and so is `…UpdateParameters` of `…CreateParameters`. */
export function ArmPatch(operationId: string, schema: string, body = `${schema}Update`): MethodDecorator {
  return written(operationId, body, schema);
}

function written(operationId: string, body: string, answer: string): MethodDecorator {
  return applyDecorators(
    common(operationId),
    ApiBody({ schema: refOf(body) }),
    ApiResponse({ status: 200, description: 'The resource; nothing more is to be done.', schema: refOf(answer) }),
    ApiResponse({
      status: 201,
      description: 'The resource; an operation makes it true.',
      schema: refOf(answer),
      headers: OPERATION_HEADERS,
    }),
  );
}

/** `isAlwaysStarted` where the API has no answer for what is gone at once. */
export function ArmDelete(operationId: string, { isAlwaysStarted = false } = {}): MethodDecorator {
  return applyDecorators(
    common(operationId),
    ...(isAlwaysStarted ? [] : [ApiResponse({ status: 200, description: 'It is deleted.' })]),
    ApiResponse({ status: 202, description: 'It is being deleted.', headers: RESULT_HEADERS }),
    ApiResponse({ status: 204, description: 'There is no such resource.' }),
  );
}

/** A question or command about a resource that is answered at once. */
export function ArmAction(operationId: string, { body, answer }: { body?: Type; answer: Type }): MethodDecorator {
  return applyDecorators(
    common(operationId),
    ...(body ? [ApiBody({ type: body })] : []),
    ApiResponse({ status: 200, description: 'The answer.', type: answer }),
  );
}

/** A command about a resource that leaves nothing to be told. */
export function ArmCommand(operationId: string, { body }: { readonly body: Type }): MethodDecorator {
  return applyDecorators(
    common(operationId),
    ApiBody({ type: body }),
    ApiResponse({ status: 200, description: 'It is done.' }),
    ApiResponse({ status: 202, description: 'It has been begun.', headers: RESULT_HEADERS }),
  );
}

/** The status of an operation, which is answered with 200 whatever it is. */
export function OperationStatus(operationId: string): MethodDecorator {
  return applyDecorators(
    common(operationId),
    ApiResponse({
      status: 200,
      description: 'How far it is; with `Retry-After` while it has not ended.',
      type: OperationStatusWire,
      headers: RETRY_AFTER,
    }),
  );
}

/** The result of an operation that leaves nothing behind. */
export function OperationResult(operationId: string): MethodDecorator {
  return applyDecorators(
    common(operationId),
    ApiResponse({ status: 200, description: 'It has succeeded.' }),
    ApiResponse({ status: 202, description: 'It has not ended yet.', headers: RESULT_HEADERS }),
    ApiResponse({ status: 204, description: 'It has succeeded, and there is nothing to show.' }),
  );
}
