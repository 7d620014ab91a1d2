import type { LoggerService } from '@nestjs/common';
import { destination, pino, stdTimeFunctions } from 'pino';
import type { DestinationStream, Level, Logger } from 'pino';

/** Parts of Nest that list every module and route at each start. */
const CHATTER: ReadonlySet<unknown> = new Set([
  'NestFactory',
  'NestApplication',
  'InstanceLoader',
  'RoutesResolver',
  'RouterExplorer',
]);

/** A write for each line would be a twentieth of what a request costs. Whoever ends the process at once loses this much. */
const BUFFERED = { minLength: 4096, periodicFlush: 100 };

/**
 * Everything that the service says, one JSON object a line. Nest's `Logger` writes here too, once the application was told
 * to use it.
 */
export class ServiceLog implements LoggerService {
  readonly lines: Logger;

  /** Writes to standard output unless told otherwise. */
  constructor(level: Level, to: DestinationStream = destination({ dest: 1, sync: false, ...BUFFERED })) {
    this.lines = pino(
      {
        level,
        base: { pid: process.pid },
        messageKey: 'message',
        timestamp: stdTimeFunctions.isoTime,
        formatters: { level: (label) => ({ level: label }) },
        serializers: { err: describe },
      },
      to,
    );
  }

  log(message: unknown, ...rest: unknown[]): void {
    this.write(CHATTER.has(rest.at(-1)) ? 'debug' : 'info', message, rest);
  }

  error(message: unknown, ...rest: unknown[]): void {
    this.write('error', message, rest);
  }

  warn(message: unknown, ...rest: unknown[]): void {
    this.write('warn', message, rest);
  }

  debug(message: unknown, ...rest: unknown[]): void {
    this.write('debug', message, rest);
  }

  verbose(message: unknown, ...rest: unknown[]): void {
    this.write('trace', message, rest);
  }

  fatal(message: unknown, ...rest: unknown[]): void {
    this.write('fatal', message, rest);
  }

  /** Nest passes the name of the logger last, and the stack of an error before it. */
  private write(level: Level, message: unknown, rest: readonly unknown[]): void {
    const context = rest.at(-1);
    const stack = rest.length > 1 ? rest[0] : undefined;
    const fields = { ...(context ? { context } : {}), ...(typeof stack === 'string' ? { stack } : {}) };
    if (message instanceof Error) this.lines[level]({ ...fields, err: message }, message.message);
    else if (typeof message === 'object' && message !== null) {
      const { msg, ...said } = message as { msg?: string };
      this.lines[level]({ ...fields, ...said }, msg);
    } else this.lines[level](fields, String(message));
  }
}

/** Not the error's other members: those of a database error hold the values that the statement was sent. */
function describe(error: unknown): object {
  if (!(error instanceof Error)) return { message: String(error) };
  const { code, constraint } = error as { code?: unknown; constraint?: unknown };
  return {
    type: error.constructor.name,
    ...(code === undefined ? {} : { code }),
    ...(constraint === undefined ? {} : { constraint }),
    stack: error.stack ?? error.message,
    ...(error.cause === undefined ? {} : { cause: describe(error.cause) }),
  };
}
