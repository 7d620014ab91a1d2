import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { meetsCondition, problemOfCondition } from './condition.js';

const REPOSITORIES = 'Microsoft.ContainerRegistry/registries/repositories';
const NAME = `@Request[${REPOSITORIES}:name]`;
const READ = `${REPOSITORIES}/content/read`;
const WRITE = `${REPOSITORIES}/content/write`;

/** Whether the condition lets the action be done in a repository of that name. */
function lets(condition: string, name: string, action = READ): boolean {
  return meetsCondition(condition, { action, request: new Map([[`${REPOSITORIES}:name`.toLowerCase(), [name]]]) });
}

/** The form that Azure's portal writes. */
const within = (expression: string, ...actions: readonly string[]) =>
  `((${actions.map((action) => `!(ActionMatches{'${action}'})`).join(' AND ')}) OR (${expression}))`;

describe('a condition of the documented form', () => {
  const samples = within(
    `${NAME} StringEqualsIgnoreCase 'Samples' OR ${NAME} StringStartsWithIgnoreCase 'samples/'`,
    READ,
    `${REPOSITORIES}/metadata/read`,
  );

  it.each([
    ['samples', READ, true],
    ['samples/a/b', READ, true],
    ['samples', `${REPOSITORIES}/metadata/read`, true],
    ['samples2', READ, false],
    ['my/samples/a', READ, false],
    ['other', `${REPOSITORIES}/metadata/read`, false],
    // What it does not name it does not limit.
    ['other', WRITE, true],
  ])('in %s, asked for %s: %s', (name, action, expected) => {
    expect(problemOfCondition(samples)).toBeUndefined();
    expect(lets(samples, name, action)).toBe(expected);
  });

  it('may be written over several lines, with words in any case and actions by pattern', () => {
    const condition = `(
      (not (actionMATCHES{'microsoft.containerregistry/Registries/*'}))
      or ( ${NAME.toUpperCase().replace('REQUEST', 'request')}
           stringEquals {'a'} )
    )`;
    expect(problemOfCondition(condition)).toBeUndefined();
    expect([lets(condition, 'a'), lets(condition, 'A'), lets(condition, 'b'), lets(condition, 'b', 'x/y')]).toEqual([
      true,
      false,
      false,
      true,
    ]);
  });

  it('that holds of several actions limits each of them', () => {
    const both = `${within(`${NAME} StringEquals 'a'`, READ)} && ${within(`${NAME} StringEquals 'b'`, WRITE)}`;
    const seen = ['a', 'b'].map((name) => [lets(both, name, READ), lets(both, name, WRITE)]);
    expect(seen).toEqual([
      [true, false],
      [false, true],
    ]);
  });
});

describe('an operator', () => {
  it.each([
    ['StringEquals', "'team/a'", ['team/a'], ['Team/A', 'team/ab', 'team']],
    ['StringEqualsIgnoreCase', "'TEAM/a'", ['team/a'], ['team/b']],
    ['StringNotEquals', "'team/a'", ['team/b'], ['team/a']],
    ['StringNotEqualsIgnoreCase', "'TEAM/A'", ['team/b'], ['team/a']],
    ['StringStartsWith', "'team/'", ['team/a', 'team/a/b'], ['team', 'teams/a', 'my/team/a']],
    ['StringStartsWithIgnoreCase', "'TEAM/'", ['team/a'], ['teams']],
    ['StringNotStartsWith', "'team/'", ['other'], ['team/a']],
    ['StringNotStartsWithIgnoreCase', "'TEAM/'", ['other'], ['team/a']],
    ['StringLike', "'team/*/v?'", ['team/a/v1', 'team/a/b/v2'], ['team/a/v', 'team/a/v12', 'team/v1', 'TEAM/a/v1']],
    ['StringLikeIgnoreCase', "'TEAM*'", ['team', 'team/a'], ['tea']],
    ['StringNotLike', "'*a*'", ['bcd'], ['bad']],
    ['StringNotLikeIgnoreCase', "'*A*'", ['bcd'], ['bad']],
    ['StringLike', "'a\\*b'", ['a*b'], ['axb']],
    ['StringLike', "'a\\?\\\\'", ['a?\\'], ['ab\\']],
    ['ForAnyOfAnyValues:StringEquals', "{'a', 'b'}", ['a', 'b'], ['c']],
    ['ForAnyOfAnyValues:StringStartsWithIgnoreCase', "{'A/', 'b/'}", ['a/x', 'b/x'], ['a', 'c/x']],
    ['ForAllOfAllValues:StringNotEquals', "{'a', 'b'}", ['c'], ['a', 'b']],
    ['ForAnyOfAllValues:StringNotEquals', "{'a', 'b'}", ['c'], ['a', 'b']],
    ['ForAllOfAnyValues:StringLike', "{'a*', '*b'}", ['ax', 'xb'], ['x']],
    ['ForAnyOfAnyValues:GuidEquals', '{5e467623-bb1f-42f4-a55d-6e525e11384b}', [], ['a']],
  ])('%s %s', (operator, value, yes, no) => {
    const condition = `${NAME} ${operator} ${value}`;
    expect(problemOfCondition(condition)).toBeUndefined();
    expect(yes.filter((name) => !lets(condition, name))).toEqual([]);
    expect(no.filter((name) => lets(condition, name))).toEqual([]);
  });

  it('compares ids whatever their case, and sets with sets', () => {
    const id = '5E467623-bb1f-42f4-a55d-6e525e11384b';
    expect(lets(`${id} GuidEquals ${id.toLowerCase()}`, 'a')).toBe(true);
    expect(lets("{'red', 'blue'} ForAnyOfAnyValues:StringEquals {'blue', 'green'}", 'a')).toBe(true);
    expect(lets("{'red', 'blue'} ForAllOfAnyValues:StringEquals {'red', 'green'}", 'a')).toBe(false);
  });

  it('with wildcards agrees with an expression that says the same', () => {
    const letters = fc.constantFrom('a', 'b', '/', '*', '?');
    fc.assert(
      fc.property(
        fc.string({ unit: letters, maxLength: 12 }),
        fc.string({ unit: letters, maxLength: 8 }),
        (name, like) => {
          const expression = new RegExp(`^${like.replaceAll('*', '.*').replaceAll('?', '.')}$`);
          expect(lets(`${NAME} StringLike '${like}'`, name)).toBe(expression.test(name));
        },
      ),
      { numRuns: 2_000 },
    );
  });

  it('takes no longer for a pattern that somebody wrote to make it', () => {
    const begun = process.cpuUsage().user;
    expect(lets(`${NAME} StringLike '${'*a'.repeat(120)}*b'`, 'a'.repeat(255))).toBe(false);
    expect((process.cpuUsage().user - begun) / 1000).toBeLessThan(500);
  });
});

describe('what cannot be judged', () => {
  const unclear = [
    "@Resource[Microsoft.Storage/storageAccounts/blobServices/containers:name] StringEquals 'a'",
    "@Principal[Microsoft.Directory/CustomSecurityAttributes/Id:Team_Name] StringEquals 'a'",
    "@Environment[UtcNow] DateTimeGreaterThan '2020-01-01T00:00:00Z'",
    "@Request[Microsoft.Authorization/roleAssignments:PrincipalType] StringEquals 'User'",
    "SubOperationMatches{'Blob.List'}",
    'Exists @Request[Microsoft.Authorization/roleAssignments:PrincipalType]',
    '1 NumericEquals 1',
    'true BoolEquals true',
  ];

  it.each(unclear)('is no problem when it is written, and gives nothing: %s', (condition) => {
    expect(problemOfCondition(condition)).toBeUndefined();
    expect([lets(condition, 'a'), lets(`!(${condition})`, 'a'), lets(`NOT NOT (${condition})`, 'a')]).toEqual([
      false,
      false,
      false,
    ]);
  });

  it.each(unclear)('does not matter beside what decides alone: %s', (condition) => {
    const about = (action: string) => within(condition, action);
    expect([lets(about(WRITE), 'a'), lets(about(READ), 'a')]).toEqual([true, false]);
    expect(lets(`(${condition}) AND ${NAME} StringEquals 'a'`, 'a')).toBe(false);
    expect(lets(`!((${condition}) AND ${NAME} StringEquals 'b')`, 'a')).toBe(true);
  });

  /** A condition of leaves that are true, false or unclear, and what it comes to in logic of three values. */
  const [yes, no] = [`${NAME} StringEquals 'a'`, `${NAME} StringEquals 'b'`];
  interface Sample {
    readonly text: string;
    readonly value: boolean | undefined;
  }
  const leaf = fc.constantFrom<Sample>(
    { text: yes, value: true },
    { text: no, value: false },
    ...unclear.map((text) => ({ text, value: undefined })),
  );
  const both = (parts: readonly Sample[], word: string, decisive: boolean): Sample => {
    const values = parts.map(({ value }) => value);
    const rest = values.includes(undefined) ? undefined : !decisive;
    return {
      text: parts.map(({ text }) => `(${text})`).join(word),
      value: values.includes(decisive) ? decisive : rest,
    };
  };
  const { sample } = fc.letrec<{ sample: Sample }>((tie) => ({
    sample: fc.oneof(
      { maxDepth: 4, withCrossShrink: true },
      leaf,
      tie('sample').map(({ text, value }) => ({ text: `!(${text})`, value: value === undefined ? undefined : !value })),
      fc.array(tie('sample'), { minLength: 2, maxLength: 3 }).map((parts) => both(parts, ' AND ', false)),
      fc.array(tie('sample'), { minLength: 2, maxLength: 3 }).map((parts) => both(parts, ' || ', true)),
    ),
  }));

  it('never gives what is not given without it', () => {
    fc.assert(
      fc.property(sample, ({ text, value }) => {
        expect(problemOfCondition(text)).toBeUndefined();
        expect(lets(text, 'a')).toBe(value === true);
      }),
      { numRuns: 1_000 },
    );
  });
});

describe('what cannot be read is refused with the place, and gives nothing', () => {
  const SHORT = '@Request[x:y]';

  it.each([
    ['', 'at character 1: here should be an attribute, ActionMatches, NOT or a parenthesis, not the end.'],
    ['  (', 'at character 4: here should be an attribute, ActionMatches, NOT or a parenthesis, not the end.'],
    [`(${SHORT} StringEquals 'a'`, "at character 32: here should be ')', not the end."],
    [`${SHORT} StringEquals 'a')`, "at character 31: here should be AND, OR or the end, not ')'."],
    [`${SHORT} StringEquals 'a`, "at character 28: this text has no closing quote; write 'text'."],
    [`${SHORT} StringSounds 'a'`, "at character 15: there is no operator 'StringSounds'."],
    [`${SHORT} ForSome:StringEquals 'a'`, "at character 15: there is no 'ForSome:'; there is ForAnyOfAnyValues:."],
    [`${SHORT} StringEquals {}`, "at character 29: here should be a value, not '}'."],
    [
      `${SHORT} StringEquals {'a', 'b'}`,
      'at character 15: StringEquals takes one value; for several write ForAnyOfAnyValues:StringEquals.',
    ],
    [
      `${SHORT} StringEquals 'a' AND ${SHORT} StringEquals 'a' OR ${SHORT} StringEquals 'a'`,
      'at character 67: AND and OR are mixed; say by parentheses which comes first.',
    ],
    ["@Request StringEquals 'a'", 'at character 1: this is no attribute; write @Request[provider/type:attribute].'],
    ["@Anything[a] StringEquals 'a'", "at character 1: there is no source '@Anything'; there is @Request."],
    ["ActionMatches('a')", "at character 14: here should be '{', not '('."],
    ['a ; b', "at character 3: ';' means nothing here."],
    ['('.repeat(200), 'at character 66: parentheses are nested deeper than 64.'],
    ['!'.repeat(200), 'at character 67: it is nested deeper than 64.'],
    [' '.repeat(8_193), 'at character 8193: it is longer than 8192 characters.'],
  ])('%j', (condition, problem) => {
    expect(problemOfCondition(condition)).toBe(`The condition cannot be read ${problem}`);
    expect(lets(condition, 'a')).toBe(false);
  });

  it('and so is an attribute that no request to a registry has', () => {
    expect(problemOfCondition(`@Resource[${REPOSITORIES}:name] StringEquals 'a'`)).toBe(
      `The condition names '@Resource[${REPOSITORIES}:name]', which no request to a registry has; ` +
        `there is '@Request[${REPOSITORIES}:name]'.`,
    );
    expect(problemOfCondition(`!(Exists @Request[${REPOSITORIES}:tag])`)).toContain(`'@Request[${REPOSITORIES}:tag]'`);
  });

  it('whatever the text is', () => {
    const signs = ['(', ')', '{', '}', ',', '!', '&&', "'", '@', 'é', ' '];
    const pieces = fc.constantFrom("'a'", NAME, 'StringEquals', 'OR', 'ActionMatches', '1', ...signs);
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          fc.array(pieces).map((all) => all.join(' ')),
        ),
        (text) => {
          expect(problemOfCondition(text) !== undefined && lets(text, 'a')).toBe(false);
        },
      ),
      { numRuns: 2_000 },
    );
  });
});
