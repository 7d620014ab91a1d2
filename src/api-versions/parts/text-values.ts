import { ValidateBy, type ValidationOptions } from 'class-validator';

/** A map of the customer's own names to texts. The message names what is wrong, and never a value. */
export function HasTextValues(options?: ValidationOptions): PropertyDecorator {
  return ValidateBy(
    {
      name: 'hasTextValues',
      validator: {
        validate: isTextMap,
        defaultMessage: () => 'it must be an object whose values are texts',
      },
    },
    options,
  );
}

function isTextMap(value: unknown): boolean {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false;
  return Object.values(value).every((member) => typeof member === 'string');
}
