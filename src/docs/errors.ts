import { ARM_ERRORS } from '../arm/arm-error.js';
import { code, GENERATED, tableOf } from './markdown.js';

/** `docs/errors.md`. */
export function errorsPage(): string {
  const rows = Object.entries(ARM_ERRORS)
    .sort(([one], [other]) => (one < other ? -1 : 1))
    .map(([name, { status, meaning }]) => [code(name), String(status), meaning]);
  return [
    '# Errors of the control plane',
    `<!-- ${GENERATED} The source is src/arm/arm-error.ts. -->`,
    'Every answer of the control plane that is not a success has this body; `target` and `details` are there when they help:',
    '```json\n{ "error": { "code": "InvalidParameter", "message": "…", "target": "sku.name", "details": [] } }\n```',
    '`code` is for programs and stays as it is; `message` is for people and may get better. A request with several faults is told of all of them at once, in `details`.',
    'The header `x-ms-request-id` of the answer finds the request in the log.',
    tableOf(['Code', 'Status', 'Meaning'], rows),
  ].join('\n\n');
}
