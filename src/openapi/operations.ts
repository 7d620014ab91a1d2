import { withAnswerHeaders } from './answer-headers.js';
import type { Operation, Parameter, Route } from './open-api.js';
import { versionsOf } from './served-versions.js';
import { PATH_PARAMETERS } from './path-parameters.js';

/** The operation as clients need it: complete parameters in a stable order, and only the answers that were described. */
export function described({ path, method, operation }: Route): Operation {
  const query = (operation.parameters ?? []).filter(
    (parameter): parameter is Parameter => 'in' in parameter && parameter.in === 'query',
  );
  const { operationId, summary, tags, security, requestBody } = operation;
  return {
    ...defined({ operationId, summary, tags, security }),
    parameters: [...pathParametersOf(path), ...query.sort(byName).map((one) => versioned(one, path))],
    ...defined({ requestBody }),
    responses: withAnswerHeaders({ path, method, operation: { ...operation, responses: answersOf(operation) } }),
  };
}

function defined<T extends object>(members: T): Partial<T> {
  return Object.fromEntries(Object.entries(members).filter(([, value]) => value !== undefined)) as Partial<T>;
}

function pathParametersOf(path: string): Parameter[] {
  return [...path.matchAll(/\{(\w+)\}/g)].map(([, name = '']) => {
    const known = PATH_PARAMETERS[name];
    if (!known) throw new Error(`${path} has the parameter ${name}; describe it in src/openapi/path-parameters.ts.`);
    return { name, in: 'path', required: true, ...known };
  });
}

/** `api-version` takes what the route is served in, unless the route said what it takes. */
function versioned(parameter: Parameter, path: string): Parameter {
  const { name, schema = {} } = parameter;
  if (name !== 'api-version' || 'enum' in schema) return parameter;
  return { ...parameter, schema: { ...schema, enum: [...versionsOf(path)] } };
}

function byName(one: Parameter, other: Parameter): number {
  return Number(other.required) - Number(one.required) || one.name.localeCompare(other.name, 'en');
}

/** The compiler's guess at the status of a method's answer has no description; a described answer makes it void. */
function answersOf({ responses }: Operation): Operation['responses'] {
  const entries = Object.entries(responses);
  const meant = entries.filter(([, answer]) => answer && 'description' in answer && answer.description !== '');
  return Object.fromEntries(meant.length > 0 ? meant : entries);
}
