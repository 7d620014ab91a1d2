import { applyDecorators } from '@nestjs/common';
import type { Type } from '@nestjs/common';
import { ApiBody, ApiOperation, ApiQuery, ApiResponse } from '@nestjs/swagger';

/** Describes a route of this service's own policies, which Azure does not have. */
export function PolicyRoute(
  operationId: string,
  { body, answers }: { readonly body?: Type; readonly answers: Readonly<Record<number, [string, Type?]>> },
): MethodDecorator {
  return applyDecorators(
    ApiOperation({ operationId }),
    ApiQuery({
      name: 'api-version',
      required: true,
      schema: { type: 'string' },
      description: 'The version of the API; any that serves registries.',
    }),
    ...(body ? [ApiBody({ type: body })] : []),
    ...Object.entries(answers).map(([status, [description, type]]) =>
      ApiResponse({ status: Number(status), description, ...(type ? { type } : {}) }),
    ),
    ApiResponse({
      status: 'default',
      description: 'What went wrong.',
      schema: { $ref: '#/components/schemas/ErrorResponse' },
    }),
  );
}
