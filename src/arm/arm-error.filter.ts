import { Catch, HttpException, Logger } from '@nestjs/common';
import type { ArgumentsHost, ExceptionFilter } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { isDatabaseAway } from '../database/retry.js';
import { ArmError, type ArmErrorCode } from './arm-error.js';

/** Fastify's own refusals that are the client's doing. */
const FRAMEWORK_ERRORS: Readonly<Record<string, readonly [ArmErrorCode, string]>> = {
  FST_ERR_CTP_INVALID_JSON_BODY: ['InvalidRequestContent', 'The request body is not valid JSON.'],
  FST_ERR_CTP_EMPTY_JSON_BODY: ['InvalidRequestContent', 'The request says that it has a JSON body, but it is empty.'],
  FST_ERR_CTP_INVALID_CONTENT_LENGTH: ['InvalidRequestContent', 'The Content-Length does not fit the request body.'],
  FST_ERR_CTP_BODY_TOO_LARGE: ['RequestEntityTooLarge', 'The request body is larger than 4 MB.'],
  FST_ERR_CTP_INVALID_MEDIA_TYPE: ['UnsupportedMediaType', 'Send the body as application/json.'],
  FST_ERR_BAD_URL: ['InvalidParameter', 'The URL is not well formed.'],
};

/** The same refusals once Nest has wrapped them. */
const FRAMEWORK_STATUSES: Readonly<Record<number, readonly [ArmErrorCode, string]>> = {
  413: ['RequestEntityTooLarge', 'The request body is larger than 4 MB.'],
  415: ['UnsupportedMediaType', 'Send the body as application/json.'],
};

/** The only place where an error of the control plane becomes HTTP. */
@Catch()
export class ArmErrorFilter implements ExceptionFilter {
  private readonly logger = new Logger('Http');

  catch(thrown: unknown, host: ArgumentsHost): void {
    const http = host.switchToHttp();
    const request = http.getRequest<FastifyRequest>();
    const reply = http.getResponse<FastifyReply>();
    const error = armErrorFor(thrown, request);
    if (error.status >= 500)
      this.logger.error({
        requestId: request.id,
        method: request.method,
        path: request.url.split('?')[0],
        err: thrown,
      });
    if (reply.sent) return;
    void reply.code(error.status).headers(error.headers).type('application/json; charset=utf-8').send(error.toBody());
  }
}

/** What a client is told about anything that was thrown; details of what is not theirs stay in the log. */
export function armErrorFor(thrown: unknown, { method, url }: Pick<FastifyRequest, 'method' | 'url'>): ArmError {
  if (thrown instanceof ArmError) return thrown;
  const { code } = (thrown ?? {}) as { code?: string };
  const status = thrown instanceof HttpException ? thrown.getStatus() : 500;
  const [known, message] = FRAMEWORK_ERRORS[code ?? ''] ?? FRAMEWORK_STATUSES[status] ?? [];
  if (known && message) return new ArmError(known, message);
  if (status === 404)
    return new ArmError('InvalidResourceType', `There is no route for ${method} ${url.split('?')[0]}.`);
  if (thrown instanceof HttpException && status < 500) return new ArmError('InvalidRequestContent', thrown.message);
  if (isDatabaseAway(thrown))
    return new ArmError('ServerTimeout', 'The database cannot be reached right now. Send the request again.', {
      headers: { 'retry-after': '1' },
    });
  return new ArmError(
    'InternalServerError',
    'The service failed. Its log has the details under the x-ms-request-id of this answer.',
  );
}
