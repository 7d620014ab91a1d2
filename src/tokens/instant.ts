import { isRFC3339, ValidateBy } from 'class-validator';

/** A decorator for members that say when: a date with a time and its offset, as RFC 3339 writes them, and a real one. */
export function IsInstant(): PropertyDecorator {
  return ValidateBy({
    name: 'isInstant',
    validator: {
      validate: (value: unknown) => isRFC3339(value) && !Number.isNaN(Date.parse(value as string)),
      defaultMessage: () => "it must be a date and time such as '2030-12-31T23:59:59Z'",
    },
  });
}
