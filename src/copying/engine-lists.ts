import type { EngineExchange } from './engine-exchange.js';
import { SourceFailed } from './content-source.js';

const PAGE = 500;

/** What an engine lists of itself, some at a time. */
export class EngineLists {
  constructor(private readonly engine: EngineExchange) {}

  repositories(after: string, signal: AbortSignal): AsyncIterable<string> {
    return this.names('/v2/_catalog', 'repositories', after, signal);
  }

  tags(repository: string, signal: AbortSignal): AsyncIterable<string> {
    return this.names(`/v2/${repository}/tags/list`, 'tags', '', signal);
  }

  private async *names(path: string, member: string, after: string, signal: AbortSignal): AsyncIterable<string> {
    for (let last: string | undefined = after; last !== undefined;) {
      const page = new URLSearchParams({ n: String(PAGE), ...(last && { last }) }).toString();
      const answer = await this.engine.ask({ method: 'GET', path: `${path}?${page}` }, signal);
      const text = Buffer.concat((await answer.toArray({ signal })) as Buffer[]).toString();
      if (answer.statusCode === 404) return;
      if (answer.statusCode !== 200)
        throw new SourceFailed(`The engine answered ${answer.statusCode} to ${path}.`, true);
      const names = (JSON.parse(text) as Record<string, string[] | null>)[member] ?? [];
      yield* names;
      last = answer.headers.link ? names.at(-1) : undefined;
    }
  }
}
