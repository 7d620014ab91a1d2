import { Global, Module } from '@nestjs/common';
import type { OnModuleInit } from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import type { FastifyInstance } from 'fastify';
import { Config } from '../config/config.js';
import { TrustedProxies } from './trusted-proxies.js';

declare module 'fastify' {
  interface FastifyRequest {
    /** Set when the request came by a trusted proxy: `https://host:port` as the client wrote it. */
    proxiedOrigin?: string;
  }
}

/** How clients see the service from behind a proxy. Without trusted proxies, nothing of it meets a request. */
@Global()
@Module({
  providers: [
    {
      provide: TrustedProxies,
      inject: [Config],
      useFactory: ({ trustedProxies }: Config) => new TrustedProxies(trustedProxies),
    },
  ],
  exports: [TrustedProxies],
})
export class ForwardingModule implements OnModuleInit {
  constructor(
    private readonly adapter: HttpAdapterHost,
    private readonly proxies: TrustedProxies,
  ) {}

  onModuleInit(): void {
    if (!this.proxies.areAny) return;
    this.adapter.httpAdapter.getInstance<FastifyInstance>().addHook('onRequest', (request, _reply, done) => {
      const { scheme, host, isProxied } = this.proxies.viewOf(request.raw);
      if (isProxied && host) request.proxiedOrigin = `${scheme}://${host}`;
      done();
    });
  }
}
