import { applyDecorators } from '@nestjs/common';
import type { Type } from '@nestjs/common';
import { ApiBody, ApiOperation, ApiResponse } from '@nestjs/swagger';

/** Describes a route of the fault switches, which have no api-versions. */
export function FaultRoute(
  operationId: string,
  { body, answers }: { readonly body?: Type; readonly answers: Readonly<Record<number, [string, Type?]>> },
): MethodDecorator {
  return applyDecorators(
    ApiOperation({ operationId }),
    ...(body ? [ApiBody({ type: body })] : []),
    ...Object.entries(answers).map(([status, [description, type]]) =>
      ApiResponse({ status: Number(status), description, ...(type ? { type } : {}) }),
    ),
    ApiResponse({
      status: 'default',
      description: 'What went wrong; 404 unless the service runs with `BERTH_FAULTS=on`.',
      schema: { $ref: '#/components/schemas/ErrorResponse' },
    }),
  );
}
