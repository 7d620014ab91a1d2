import { Body, Controller, Get, Header, HttpCode, Param, Post, Req, Res, UseFilters } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { originOf, queryParameter } from '../arm/arm-request.js';
import { Secret } from '../secrets/secret.js';
import { DeviceCodes } from './device-codes.js';
import { deviceDonePage, devicePage, PAGE_HEADERS } from './device-page.js';
import { DeviceCodeAnswerWire, DeviceCodeRequestWire } from './identity.wire.js';
import { OAuthErrorFilter } from './oauth-error.filter.js';
import { PageRoute, TokenPost } from './openapi.js';
import { Public } from './public.js';
import { TokenIssuer } from './token-issuer.js';
import { parseDeviceRequest } from './token-request.js';
import { Users } from './users.js';

/** Signing in with a code, for clients that cannot show a page. */
@Public()
@ApiTags('Identity')
@Controller()
@UseFilters(OAuthErrorFilter)
export class DeviceController {
  constructor(
    private readonly codes: DeviceCodes,
    private readonly users: Users,
    private readonly issuer: TokenIssuer,
  ) {}

  /** A device code for a user of any tenant. */
  @Post('adfs/oauth2/devicecode')
  @TokenPost('DeviceCodes_Create', DeviceCodeRequestWire, DeviceCodeAnswerWire)
  @HttpCode(200)
  @Header('cache-control', 'no-store')
  ofAnyTenant(@Req() request: FastifyRequest, @Body() body: unknown): Promise<DeviceCodeAnswerWire> {
    return this.codes.begin(originOf(request), parseDeviceRequest(body));
  }

  /** A device code for a user of one tenant. */
  @Post(':tenant/oauth2/v2.0/devicecode')
  @TokenPost('DeviceCodes_CreateInTenant', DeviceCodeRequestWire, DeviceCodeAnswerWire)
  @HttpCode(200)
  @Header('cache-control', 'no-store')
  async ofTenant(
    @Req() request: FastifyRequest,
    @Param('tenant') tenant: string,
    @Body() body: unknown,
  ): Promise<DeviceCodeAnswerWire> {
    await this.issuer.knownTenant(tenant);
    return this.codes.begin(originOf(request), parseDeviceRequest(body));
  }

  /** Where people type the code. */
  @Get('adfs/oauth2/deviceauth')
  @PageRoute('DeviceCodes_ShowPage')
  page(@Req() request: FastifyRequest, @Res() reply: FastifyReply): void {
    const userCode = queryParameter(request.query as Readonly<Record<string, unknown>>, 'user_code') ?? '';
    void reply.headers(PAGE_HEADERS).send(devicePage({ userCode }));
  }

  /** The code and who types it. */
  @Post('adfs/oauth2/deviceauth')
  @PageRoute('DeviceCodes_SubmitPage')
  async submit(@Res() reply: FastifyReply, @Body() body: unknown): Promise<void> {
    const fields = (body ?? {}) as Readonly<Record<string, unknown>>;
    const [userCode = '', userName = '', password = ''] = ['user_code', 'username', 'password'].map((name) => {
      const value = fields[name];
      return typeof value === 'string' ? value : '';
    });
    const user = userName && password ? await this.users.verifyPassword(userName, new Secret(password)) : undefined;
    const problem = !user
      ? 'The user name or the password is wrong.'
      : (await this.codes.approve(userCode, user))
        ? undefined
        : 'No device waits for this code. It may have expired.';
    void reply
      .code(problem === undefined ? 200 : 400)
      .headers(PAGE_HEADERS)
      .send(problem === undefined ? deviceDonePage() : devicePage({ problem, userCode: userCode }));
  }
}
