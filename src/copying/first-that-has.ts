import type { ContentSource, SourceBlob, SourceManifest } from './content-source.js';

/** Several sources that should have the same, of which some may be away or lack something; the first that has it gives it. */
export class FirstThatHas implements ContentSource {
  constructor(private readonly sources: readonly ContentSource[]) {}

  manifest(reference: string, signal: AbortSignal): Promise<SourceManifest | undefined> {
    return this.first((source) => source.manifest(reference, signal), signal);
  }

  blob(digest: string, signal: AbortSignal): Promise<SourceBlob | undefined> {
    return this.first((source) => source.blob(digest, signal), signal);
  }

  /** Nobody is said to lack it while somebody could not be asked. */
  private async first<T>(ask: (source: ContentSource) => Promise<T | undefined>, signal: AbortSignal) {
    const failures: unknown[] = [];
    for (const source of this.sources) {
      try {
        const found = await ask(source);
        if (found !== undefined) return found;
      } catch (error) {
        signal.throwIfAborted();
        failures.push(error);
      }
    }
    if (failures.length > 0) throw failures[0];
    return undefined;
  }
}
