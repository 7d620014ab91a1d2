import { SetMetadata } from '@nestjs/common';

export const IS_PUBLIC = 'identity:is-public';

/** Opens a route, or all routes of a controller, to callers without a token. */
export const Public = (): ClassDecorator & MethodDecorator => SetMetadata(IS_PUBLIC, true);
