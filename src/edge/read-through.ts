import { Injectable } from '@nestjs/common';
import { ContentLists } from '../content/content-lists.js';
import type { EngineCall } from './engine-proxy.js';
import { unknownBlob, unknownManifest, type OciError } from './oci-error.js';
import type { RegionEngine } from './regions.js';

const READS: readonly string[] = ['GET', 'HEAD'];

type ReadingCall = Pick<EngineCall, 'registry' | 'route' | 'request' | 'elsewhere'>;

/** Whether another region may be asked for what one does not have. */
export function mayBeElsewhere({ route, request, elsewhere }: Omit<ReadingCall, 'registry'>): boolean {
  const isContent = route.kind === 'manifest' || route.kind === 'blob';
  return elsewhere.length > 0 && isContent && READS.includes(request.method ?? 'GET');
}

/** As above, or whether the next try of the client may be served by another region: nothing of it is lost yet. */
export function couldBeElsewhere(call: EngineCall, hasBody: boolean): boolean {
  const isBeginning = call.route.kind === 'uploads' && !hasBody && call.elsewhere.length > 0;
  return isBeginning || mayBeElsewhere(call);
}

/** The same call for the engine of another region. */
export function servedBy<Call extends EngineCall>(call: Call, { region, zone, instanceName }: RegionEngine): Call {
  return { ...call, registry: { ...call.registry, instanceName }, servedIn: region, servedInZone: zone };
}

/** No region has what was asked for. */
export function unknownEverywhere({ route: { kind, name, last } }: ReadingCall): OciError {
  return kind === 'manifest' ? unknownManifest(name, last) : unknownBlob(name, last);
}

/** Whether content that an engine does not have is in the registry all the same. */
@Injectable()
export class ReadThrough {
  constructor(private readonly lists: ContentLists) {}

  async isKnown({ registry, route }: ReadingCall): Promise<boolean> {
    // The index has been asked for a manifest before any engine was.
    return route.kind === 'manifest' || this.lists.isReferred(registry.id, route.name, route.last);
  }
}
