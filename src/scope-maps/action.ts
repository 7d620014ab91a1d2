import type { Problem } from '../arm/arm-error.js';

/** The most actions, and the most repositories, that one scope map may name; the same for every SKU. */
export const MAX_ACTIONS = 500;

const REPOSITORY = String.raw`(?:\*|[a-z0-9]+(?:[._-]+[a-z0-9]+)*(?:/[a-z0-9]+(?:[._-]+[a-z0-9]+)*)*(?:/\*)?)`;

/** The forms that an action can have. */
const FORMS: readonly RegExp[] = [
  new RegExp(String.raw`^repositories/${REPOSITORY}/content/(?:read|write|delete)$`),
  new RegExp(String.raw`^repositories/${REPOSITORY}/metadata/(?:read|write)$`),
  /^gateway\/[a-zA-Z0-9]{5,50}\/(?:config|message)\/(?:read|write)$/,
];

/** Everything that is wrong with the actions of a scope map. */
export function actionProblems(actions: readonly string[]): Problem[] {
  const malformed = actions.flatMap((action, index) =>
    FORMS.some((form) => form.test(action))
      ? []
      : [
          {
            code: 'InvalidParameter' as const,
            target: `properties.actions[${index}]`,
            message:
              `'${action}' is not an action. It is like repositories/<name>/content/read (or write, delete), ` +
              'repositories/<name>/metadata/read (or write), or gateway/<name>/config/read.',
          },
        ],
  );
  return [
    ...malformed,
    ...tooMany('actions', actions.length),
    ...tooMany('repositories', repositoriesOf(actions).size),
  ];
}

function tooMany(what: string, count: number): Problem[] {
  if (count <= MAX_ACTIONS) return [];
  const message = `A scope map has at most ${MAX_ACTIONS} ${what}; this one would have ${count}.`;
  return [{ code: 'QuotaExceeded', target: 'properties.actions', message }];
}

function repositoriesOf(actions: readonly string[]): ReadonlySet<string> {
  return new Set(actions.map((action) => action.split('/').slice(1, -2).join('/')));
}
