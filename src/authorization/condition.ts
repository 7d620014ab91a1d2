import { LRUCache } from 'lru-cache';
import { compareOf, holdsFor } from './condition-operators.js';
import { parseCondition, type Condition, type Operand } from './condition-parser.js';
import { ConditionError } from './condition-tokens.js';
import { matches } from './evaluation.js';

/** The attribute that says which repository of a registry is asked for. */
export const REPOSITORY_NAME = 'Microsoft.ContainerRegistry/registries/repositories:name';

/** What is asked for, as conditions can tell it. */
export interface ConditionQuestion {
  /** The whole name of the action or data action. */
  readonly action: string;
  /** Values of what `@Request[…]` names, by the attribute's name in lower case. */
  readonly request: ReadonlyMap<string, readonly string[]>;
}

const OF_REGISTRIES = 'microsoft.containerregistry/';
const REMEMBERED_CONDITIONS = 1_000;

/** Undefined: cannot be read. The same few texts are asked for with every request. */
const known = new LRUCache<string, { readonly condition: Condition | undefined }>({ max: REMEMBERED_CONDITIONS });

/** Why the condition of a role assignment is refused, as a sentence; undefined when it can be judged. */
export function problemOfCondition(text: string): string | undefined {
  try {
    const stranger = attributesIn(parseCondition(text)).find(isUnknown);
    if (!stranger) return undefined;
    return (
      `The condition names '@${stranger.source}[${stranger.name}]', which no request to a registry has; ` +
      `there is '@Request[${REPOSITORY_NAME}]'.`
    );
  } catch (error) {
    if (!(error instanceof ConditionError)) throw error;
    return `The condition cannot be read at character ${error.offset + 1}: ${error.message}.`;
  }
}

/** Whether a role assignment with that condition gives what is asked for. What cannot be read or judged gives nothing. */
export function meetsCondition(text: string, question: ConditionQuestion): boolean {
  let found = known.get(text);
  if (!found) known.set(text, (found = { condition: readOrUndefined(text) }));
  return found.condition !== undefined && judge(found.condition, question) === true;
}

/** Three-valued: undefined is what cannot be judged, and neither side of a NOT. */
function judge(condition: Condition, question: ConditionQuestion): boolean | undefined {
  switch (condition.kind) {
    case 'all':
      return joined(condition.of, question, false);
    case 'any':
      return joined(condition.of, question, true);
    case 'not': {
      const inner = judge(condition.of, question);
      return inner === undefined ? undefined : !inner;
    }
    case 'action':
      return matches(condition.pattern, question.action);
    case 'suboperation':
      return undefined;
    case 'exists':
      return valuesOf(condition.attribute, question) === undefined ? undefined : true;
    default:
      return compared(condition, question);
  }
}

/** `decisive` decides alone, whatever the others are. */
function joined(parts: readonly Condition[], question: ConditionQuestion, decisive: boolean): boolean | undefined {
  let isClear = true;
  for (const part of parts) {
    const judged = judge(part, question);
    if (judged === decisive) return decisive;
    isClear &&= judged !== undefined;
  }
  return isClear ? !decisive : undefined;
}

function compared(
  { left, right, operator, quantifier }: Extract<Condition, { kind: 'comparison' }>,
  question: ConditionQuestion,
): boolean | undefined {
  const [lefts, rights, is] = [valuesOf(left, question), valuesOf(right, question), compareOf(operator)];
  if (!lefts || !rights || !is) return undefined;
  if (quantifier !== undefined) return holdsFor(quantifier, lefts, rights, is);
  const [one, other] = [lefts[0], rights[0]];
  return lefts.length === 1 && rights.length === 1 && one !== undefined && other !== undefined
    ? is(one, other)
    : undefined;
}

function valuesOf(operand: Operand, { request }: ConditionQuestion): readonly string[] | undefined {
  if (operand.kind === 'values') return operand.values;
  return operand.source.toLowerCase() === 'request' ? request.get(operand.name.toLowerCase()) : undefined;
}

type Attribute = Extract<Operand, { kind: 'attribute' }>;

function attributesIn(condition: Condition): readonly Attribute[] {
  if (condition.kind === 'all' || condition.kind === 'any') return condition.of.flatMap(attributesIn);
  if (condition.kind === 'not') return attributesIn(condition.of);
  if (condition.kind === 'exists') return [condition.attribute].filter(isAttribute);
  return condition.kind === 'comparison' ? [condition.left, condition.right].filter(isAttribute) : [];
}

function isAttribute(operand: Operand): operand is Attribute {
  return operand.kind === 'attribute';
}

/** Of registries there is one attribute; those of other providers are for others to judge. */
function isUnknown({ source, name }: Attribute): boolean {
  if (!name.toLowerCase().startsWith(OF_REGISTRIES)) return false;
  return source.toLowerCase() !== 'request' || name.toLowerCase() !== REPOSITORY_NAME.toLowerCase();
}

function readOrUndefined(text: string): Condition | undefined {
  try {
    return parseCondition(text);
  } catch (error) {
    if (error instanceof ConditionError) return undefined;
    throw error;
  }
}
