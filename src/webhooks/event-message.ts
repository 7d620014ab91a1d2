import type { RequestOptions } from 'node:http';
import { urlToHttpOptions } from 'node:url';
import { revealed, type Callback } from './callback.js';
import type { EventContent, SentMessage } from './webhook-event.entity.js';

const METHOD = 'POST';
const VERSION = '1.1';
/** In place of the value of a header, or of the rest of a URL, that only `getCallbackConfig` tells. */
const HIDDEN = '[secret]';
/** Of the service's own headers those with which somebody else could pass for it. */
const SECRET_HEADERS: readonly string[] = ['Berth-Signature'];

/** A request as it goes out. */
export interface Message {
  readonly way: Way;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  /** What may be told of it. */
  readonly told: SentMessage;
}

/** What is the same for all messages that go to one callback. */
interface Way {
  readonly uri: URL;
  readonly options: RequestOptions;
  readonly customHeaders: Readonly<Record<string, string>>;
  /** Names of the custom headers, in lower case. */
  readonly custom: ReadonlySet<string>;
  /** What may be told of the URI, and of the custom headers. */
  readonly requestUri: string;
  readonly hidden: Readonly<Record<string, string>>;
}

/** What ACR does not send, from the body. */
export type FurtherHeaders = (body: string) => Readonly<Record<string, string>>;

const ways = new WeakMap<Callback, Way>();

/** The customer's headers stand in place of the service's own. */
export function messageOf(callback: Callback, content: EventContent, further: FurtherHeaders = () => ({})): Message {
  const way = wayTo(callback);
  const body = JSON.stringify(content);
  const own = Object.fromEntries(
    Object.entries({
      'User-Agent': 'AzureContainerRegistry/1.0',
      'Content-Type': 'application/json; charset=utf-8',
      'Content-Length': String(Buffer.byteLength(body)),
      ...further(body),
    }).filter(([name]) => !way.custom.has(name.toLowerCase())),
  );
  const secret = Object.keys(own).filter((name) => SECRET_HEADERS.includes(name));
  const hidden = { ...way.hidden, ...Object.fromEntries(secret.map((name) => [name, HIDDEN])) };
  return {
    way,
    headers: { ...own, ...way.customHeaders },
    body,
    told: { method: METHOD, requestUri: way.requestUri, version: VERSION, headers: { ...own, ...hidden } },
  };
}

function wayTo(callback: Callback): Way {
  const known = ways.get(callback);
  if (known) return known;
  const { serviceUri, customHeaders } = revealed(callback);
  const uri = new URL(serviceUri);
  const names = Object.keys(customHeaders);
  const way: Way = {
    uri,
    options: { ...urlToHttpOptions(uri), method: METHOD },
    customHeaders,
    custom: new Set(names.map((name) => name.toLowerCase())),
    requestUri: uri.href === `${uri.origin}/` ? uri.href : `${uri.origin}/${HIDDEN}`,
    hidden: Object.fromEntries(names.map((name) => [name, HIDDEN])),
  };
  ways.set(callback, way);
  return way;
}
