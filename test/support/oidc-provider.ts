import { generateKeyPairSync, randomUUID } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Provider, type Configuration, type JWK } from 'oidc-provider';

/** What tokens of the provider are for. */
export const AUDIENCE = 'api://berth';

export interface OidcProvider {
  readonly issuer: string;
  /** Paths that were asked for, oldest first. */
  readonly asked: string[];
  /** Replaces the provider's keys; who holds tokens of the former ones keeps them. */
  rotate(): void;
  /** While true, everything is answered 503. */
  isAway: boolean;
  /** An access token with these claims besides those of the provider, by its token endpoint. */
  token(claims?: Readonly<Record<string, unknown>>, audience?: string): Promise<string>;
  close(): Promise<void>;
}

/** A provider of the library `oidc-provider` with one client, which signs in with its secret. */
export async function oidcProvider(): Promise<OidcProvider> {
  let handle: (request: IncomingMessage, response: ServerResponse) => unknown = () => undefined;
  let claims: Readonly<Record<string, unknown>> = {};
  const asked: string[] = [];
  const server = createServer((request, response) => {
    const path = request.url ?? '';
    if (path !== '/token') asked.push(path);
    if (provider.isAway) response.writeHead(503).end();
    else handle(request, response);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const client = { id: 'pipeline', secret: randomUUID() };

  const configuration = (): Configuration => ({
    jwks: { keys: [newKey()] },
    clients: [
      {
        client_id: client.id,
        client_secret: client.secret,
        grant_types: ['client_credentials'],
        redirect_uris: [],
        response_types: [],
      },
    ],
    features: {
      clientCredentials: { enabled: true },
      devInteractions: { enabled: false },
      resourceIndicators: {
        enabled: true,
        getResourceServerInfo: (_context, audience) => ({
          scope: '',
          audience,
          accessTokenTTL: 3600,
          accessTokenFormat: 'jwt',
          jwt: { sign: { alg: 'RS256' } },
        }),
      },
    },
    extraTokenClaims: () => claims,
  });

  const provider: OidcProvider = {
    issuer,
    asked,
    isAway: false,
    rotate: () => (handle = new Provider(issuer, configuration()).callback()),
    async token(of = {}, audience = AUDIENCE) {
      claims = of;
      const answer = await fetch(`${issuer}/token`, {
        method: 'POST',
        headers: { authorization: `Basic ${Buffer.from(`${client.id}:${client.secret}`).toString('base64')}` },
        body: new URLSearchParams({ grant_type: 'client_credentials', resource: audience }),
      });
      const body = (await answer.json()) as { access_token?: string };
      if (!body.access_token) throw new Error(`No token: ${answer.status} ${JSON.stringify(body)}`);
      return body.access_token;
    },
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
  provider.rotate();
  return provider;
}

function newKey(): JWK {
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  return { ...privateKey.export({ format: 'jwk' }), kid: randomUUID(), use: 'sig', alg: 'RS256' };
}
