import type { OpenAPIObject } from '@nestjs/swagger';
import type { Operation, Route } from './open-api.js';

type Headers = NonNullable<NonNullable<OpenAPIObject['components']>['headers']>;
type Answer = Exclude<NonNullable<Operation['responses'][string]>, { $ref: string }>;
type At = Pick<Route, 'path' | 'method'> & { readonly status: string };

interface AnswerHeader {
  readonly name: string;
  readonly description: string;
  readonly type: 'string' | 'integer';
  readonly isOn: (at: At) => boolean;
}

/** A resource that the pipeline writes. */
const RESOURCE = /\/registries\/\{\w+\}(\/(?!privateLinkResources\/)\w+\/\{\w+\})?$/;
const SAYS_WHAT_IS_NOT_ENFORCED = /\/connectedRegistries\/\{\w+\}$/;

const isInSubscription = ({ path }: At): boolean => path.startsWith('/subscriptions/{');
const isAboutOne = ({ method, status }: At): boolean => /^(get|put|patch)$/.test(method) && status.startsWith('2');

const KINDS = {
  get: 'reads',
  head: 'reads',
  put: 'writes',
  patch: 'writes',
  post: 'writes',
  delete: 'deletes',
} as const;

const remaining = (scope: 'subscription' | 'tenant', kind: 'reads' | 'writes' | 'deletes'): AnswerHeader => ({
  name: `x-ms-ratelimit-remaining-${scope}-${kind}`,
  description:
    scope === 'subscription'
      ? `How many ${kind} the caller has left now in the subscription; not without a valid token.`
      : `How many ${kind} outside of subscriptions the caller has left now; not without a valid token.`,
  type: 'integer',
  isOn: (at) => KINDS[at.method] === kind && isInSubscription(at) === (scope === 'subscription'),
});

const ANSWER_HEADERS: readonly AnswerHeader[] = [
  ...(['reads', 'writes', 'deletes'] as const).flatMap((kind) => [
    remaining('subscription', kind),
    remaining('tenant', kind),
  ]),
  {
    name: 'Retry-After',
    description: 'With 429: seconds after which the request is taken again.',
    type: 'integer',
    isOn: ({ status }) => status === 'default',
  },
  {
    name: 'ETag',
    description: 'For `If-Match`; only when the request has the header `x-berth-return-etag: true`.',
    type: 'string',
    isOn: (at) => RESOURCE.test(at.path) && isAboutOne(at),
  },
  {
    name: 'x-berth-not-enforced',
    description:
      'Paths of settings that are on and that this release stores without acting on them, with commas between.',
    type: 'string',
    isOn: (at) => SAYS_WHAT_IS_NOT_ENFORCED.test(at.path) && isAboutOne(at),
  },
];

/** What answers of many operations have, described once. */
export const HEADER_COMPONENTS: Headers = Object.fromEntries(
  ANSWER_HEADERS.map(({ name, description, type }) => [name, { description, schema: { type } }]),
);

/** The answers with the headers that the service gives them by itself. Who needs no token is not counted and has none. */
export function withAnswerHeaders({ path, method, operation }: Route): Operation['responses'] {
  if (operation.security?.length === 0) return operation.responses;
  return Object.fromEntries(
    Object.entries(operation.responses).map(([status, answer]) => {
      const names = ANSWER_HEADERS.filter(({ isOn }) => isOn({ path, method, status })).map(({ name }) => name);
      const common = Object.fromEntries(names.map((name) => [name, { $ref: `#/components/headers/${name}` }]));
      return [status, { ...(answer as Answer), headers: { ...common, ...(answer as Answer).headers } }];
    }),
  );
}
