import { applyDecorators } from '@nestjs/common';
import type { Type } from '@nestjs/common';
import { ApiBody, ApiOperation, ApiQuery, ApiResponse } from '@nestjs/swagger';
import { TAG_NAME_PREFIX } from './filter.js';

/** What a route answers with, by status: a body, or a sentence when it has none. */
type Answers = Readonly<Record<number, Type | string>>;

/** Describes a route of Azure Resource Manager's own. */
export function Described(operationId: string, answers: Answers, body?: Type): MethodDecorator {
  const responses = Object.entries(answers).map(([status, answer]) =>
    typeof answer === 'string'
      ? ApiResponse({ status: Number(status), description: answer })
      : ApiResponse({ status: Number(status), description: MEANINGS[status] ?? 'The answer.', type: answer }),
  );
  return applyDecorators(
    ApiOperation({ operationId }),
    ApiQuery({
      name: 'api-version',
      required: true,
      schema: { type: 'string' },
      description: 'The version of the API.',
    }),
    ...(body ? [ApiBody({ type: body })] : []),
    ...responses,
    ApiResponse({
      status: 'default',
      description: 'What went wrong.',
      schema: { $ref: '#/components/schemas/ErrorResponse' },
    }),
  );
}

/** Describes the query parameters of a list; `fields` are those that its `$filter` knows. */
export function Paged(...fields: readonly string[]): MethodDecorator {
  return applyDecorators(
    Optional('$top', 'The most items on a page.', { type: 'integer', minimum: 1 }),
    Optional('$skipToken', 'From `nextLink`.'),
    ...(fields.length > 0
      ? [Optional('$filter', `\`field eq 'text'\`, joined by \`and\`: ${fields.map(filterText).join(', ')}.`)]
      : []),
  );
}

/** Describes a query parameter that can be left out. */
export function Optional(
  name: string,
  description: string,
  schema: { type: string; minimum?: number } = { type: 'string' },
): MethodDecorator {
  return ApiQuery({ name, required: false, description, schema });
}

const MEANINGS: Readonly<Record<string, string>> = { '201': 'It was created.' };

function filterText(field: string): string {
  return field === TAG_NAME_PREFIX ? "or `startswith(tagName, 'text')`" : field;
}
