import { SetMetadata } from '@nestjs/common';

export const IS_OPERATOR_ONLY = 'arm:is-operator-only';

/**
 * Keeps a route for the operators of the installation: service principals of the local issuer that were made as such, as
 * the first one is. `identity/` enforces it.
 */
export const OperatorOnly = (): ClassDecorator & MethodDecorator => SetMetadata(IS_OPERATOR_ONLY, true);
