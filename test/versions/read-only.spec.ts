import { getMetadataStorage } from 'class-validator';
import { expect, it } from 'vitest';
import { API_VERSIONS } from '../../src/api-versions/index.js';

/** What `@ApiProperty` keeps of a member. */
const DESCRIPTION = 'swagger/apiModelProperties';

interface WireClass {
  new (): object;
  readonly name: string;
}

/** The classes that a body is checked against, which are those that class-validator knows. */
function classesOf(shape: WireClass, seen = new Set<WireClass>()): ReadonlySet<WireClass> {
  if (seen.has(shape)) return seen;
  seen.add(shape);
  for (const { propertyName } of rulesOf(shape)) {
    const inner = Reflect.getMetadata('design:type', shape.prototype as object, propertyName) as WireClass | undefined;
    if (inner && rulesOf(inner).length > 0) classesOf(inner, seen);
  }
  return seen;
}

const rulesOf = (shape: WireClass) => getMetadataStorage().getTargetValidationMetadatas(shape, '', false, false);

const shapes = Object.values(API_VERSIONS).flatMap((wires) =>
  Object.values(wires).map(({ shape }) => shape as WireClass),
);
const classes = new Set(shapes.flatMap((shape) => [...classesOf(shape)]));

it.each([...classes].map((shape) => [shape.name, shape] as const))(
  'what %s calls read-only in the description is what a body may have and nothing looks at',
  (_name, shape) => {
    const names = [...new Set(rulesOf(shape).map(({ propertyName }) => propertyName))];
    const described = names.filter((name) => {
      const of = Reflect.getMetadata(DESCRIPTION, shape.prototype as object, name) as
        { readOnly?: boolean } | undefined;
      return of?.readOnly === true;
    });
    const unchecked = names.filter((name) =>
      rulesOf(shape).every(({ propertyName, type }) => propertyName !== name || type === 'whitelistValidation'),
    );
    expect(unchecked).toEqual(described);
  },
);
