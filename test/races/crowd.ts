import { Agent } from 'undici';
import type { ArmApp, Json } from '../support/arm-app.js';
import { send, type Answer, type Exchange } from '../support/arm-exchange.js';
import { verifyExchange } from '../support/verifier.js';

export const CLIENTS = 500;

/** What a client was answered, and after how long. */
export interface Outcome extends Answer<Json> {
  readonly durationMs: number;
}

/** Many clients at once, each on a connection of its own. */
export interface Crowd {
  ask(method: string, path: string, body?: unknown): Promise<Outcome>;
  /** How often PostgreSQL had to end a transaction because of a deadlock, those that were repeated unseen included. */
  deadlocks(): Promise<number>;
  /** Judges one answer of each status and code against the contract; the other hundreds are the same. */
  verify(): Promise<void>;
  close(): Promise<void>;
}

export async function crowd(app: ArmApp, poolSize: number): Promise<Crowd> {
  const agent = new Agent({ keepAliveTimeout: 60_000 });
  const origin = app.origin.replace('localhost', '127.0.0.1');
  const token = await app.token();
  const kinds = new Map<string, Exchange>();
  const onExchange = (exchange: Exchange) => {
    kinds.set(`${exchange.request.method} ${kindOf(exchange.response)}`, exchange);
  };
  return {
    async ask(method, path, body) {
      const startedAt = performance.now();
      const answer = await send<Json>({ agent, origin, token, onExchange }, { method, path, body });
      return { ...answer, durationMs: performance.now() - startedAt };
    },
    async deadlocks() {
      // Every connection of the pool hands in what it has counted; the wait makes each take one of these.
      await Promise.all(
        Array.from({ length: poolSize }, () => app.sql('select pg_stat_force_next_flush(), pg_sleep(0.1)')),
      );
      const [row] = await app.sql<{ deadlocks: number }>(
        'select deadlocks::int from pg_stat_database where datname = current_database()',
      );
      return row!.deadlocks;
    },
    async verify() {
      for (const exchange of kinds.values()) await verifyExchange(exchange);
    },
    close: () => agent.close(),
  };
}

/** The code of an error; empty for any other answer. */
function codeOf({ body }: Pick<Answer, 'body'>): string {
  return (body as { error?: { code: string } } | undefined)?.error?.code ?? '';
}

/** The status and code of an answer, such as `200` or `409 QuotaExceeded`. */
export function kindOf(answer: Answer): string {
  return `${answer.status} ${codeOf(answer)}`.trim();
}

/** How many answers there are of each kind, such as `{ '200': 2, '409 QuotaExceeded': 498 }`. */
export function tally(answers: readonly Answer[]): Readonly<Record<string, number>> {
  const counts: Record<string, number> = {};
  for (const answer of answers) counts[kindOf(answer)] = (counts[kindOf(answer)] ?? 0) + 1;
  return counts;
}

/** Speed is printed and not asserted: the bench measures it on a machine of its own. */
export function slowestOf(answers: readonly Outcome[]): string {
  return `the slowest answer took ${Math.max(...answers.map(({ durationMs }) => durationMs)).toFixed(0)} ms`;
}
