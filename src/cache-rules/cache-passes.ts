import type { ServerResponse } from 'node:http';
import { Injectable } from '@nestjs/common';
import { isDigest } from '../content/digest.js';
import { SourceFailed } from '../copying/content-source.js';
import { watchForQuiet } from '../edge/transfer.js';
import { CacheFills } from './cache-fills.js';
import { CacheOutcomes } from './cache-outcomes.js';
import type { Wanted } from './cached-images.js';
import { sendBlob, sendManifest } from './handed-on.js';
import { noBlob, notThere } from './not-there.js';
import { UpstreamImages } from './upstream-images.js';

/**
 * Hands on what another registry has to the client that asked for it, where there is no room to keep it. Each client has it
 * asked for on its own.
 */
@Injectable()
export class CachePasses {
  constructor(
    private readonly fills: CacheFills,
    private readonly upstream: UpstreamImages,
    private readonly outcomes: CacheOutcomes,
  ) {}

  /** @throws NotThere, SourceFailed, NoCredential, TooBusy. */
  manifest({ pulled, rule }: Wanted, response: ServerResponse): Promise<void> {
    const { repository, reference } = pulled;
    return this.within(pulled, isDigest(reference) ? 'digest' : 'tag', response, async (signal) => {
      const found = await this.upstream.ask(rule, repository, (source) => source.manifest(reference, signal));
      if (!found) throw notThere(pulled, rule);
      sendManifest(response, found);
    });
  }

  /** The same, of a blob. */
  blob({ pulled, rule }: Wanted, digest: string, response: ServerResponse): Promise<void> {
    return this.within(pulled, 'blob', response, (signal) =>
      this.upstream.ask(rule, pulled.repository, async (source) => {
        const blob = await source.blob(digest, signal);
        if (!blob) throw noBlob(pulled, rule, digest);
        await sendBlob(response, digest, blob);
      }),
    );
  }

  private async within(
    pulled: Wanted['pulled'],
    thing: 'tag' | 'digest' | 'blob',
    response: ServerResponse,
    work: (signal: AbortSignal) => Promise<void>,
  ): Promise<void> {
    const gone = new AbortController();
    const leave = () => gone.abort(new Error('The client has gone.'));
    response.once('close', leave);
    // Whoever takes nothing more would keep a turn from others.
    const stopWatching = watchForQuiet({ request: response.req, response }, () => response.destroy());
    try {
      await this.fills.aside(pulled, () => this.outcomes.of(thing, pulled, () => work(gone.signal), 'passed'));
    } catch (error) {
      // Nobody is left to be told.
      if (gone.signal.aborted && !(error instanceof SourceFailed)) return;
      throw error;
    } finally {
      stopWatching();
      response.off('close', leave);
    }
  }
}
