import { ValidateBy, type ValidationOptions } from 'class-validator';

/** A map of the customer's own names to objects, or to null where something is to be removed. */
export function HasObjectValues(options?: ValidationOptions): PropertyDecorator {
  return ValidateBy(
    {
      name: 'hasObjectValues',
      validator: {
        validate: isObjectMap,
        defaultMessage: () => 'it must be an object whose values are objects, such as {}',
      },
    },
    options,
  );
}

function isObjectMap(value: unknown): boolean {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false;
  return Object.values(value).every((member) => typeof member === 'object' && !Array.isArray(member));
}
