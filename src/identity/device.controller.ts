import { Body, Controller, Get, Header, HttpCode, Param, Post, Req, Res, UseFilters } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { originOf, queryParameter } from '../arm/arm-request.js';
import { Secret } from '../secrets/secret.js';
import { DeviceCodes } from './device-codes.js';
import { deviceDonePage, devicePage, PAGE_HEADERS } from './device-page.js';
import { DeviceCodeAnswerWire, DeviceCodeRequestWire } from './identity.wire.js';
import { OAuthError } from './oauth-error.js';
import { OAuthErrorFilter } from './oauth-error.filter.js';
import { PageRoute, TokenPost } from './openapi.js';
import { Public } from './public.js';
import { RefusedSignIns } from './refused-sign-ins.js';
import { TokenIssuer } from './token-issuer.js';
import { parseDeviceRequest } from './token-request.js';
import { Users } from './users.js';
import type { StampedUser } from './users.repository.js';

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
    private readonly refused: RefusedSignIns,
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
  async submit(@Req() request: FastifyRequest, @Res() reply: FastifyReply, @Body() body: unknown): Promise<void> {
    const fields = (body ?? {}) as Readonly<Record<string, unknown>>;
    const [userCode = '', userName = '', password = ''] = ['user_code', 'username', 'password'].map((name) => {
      const value = fields[name];
      return typeof value === 'string' ? value : '';
    });
    try {
      const user = await this.refused.watch(request.ip, () => this.signedIn(userName, new Secret(password)));
      if (!(await this.codes.approve(userCode, user)))
        throw new OAuthError('unknownDeviceCode', 'No device waits for this code. It may have expired.');
      void reply.code(200).headers(PAGE_HEADERS).send(deviceDonePage());
    } catch (error) {
      if (!(error instanceof OAuthError)) throw error;
      const { status, message: problem, retryAfterSeconds: seconds } = error;
      const headers = seconds === undefined ? PAGE_HEADERS : { ...PAGE_HEADERS, 'retry-after': String(seconds) };
      void reply.code(status).headers(headers).send(devicePage({ problem, userCode }));
    }
  }

  private async signedIn(userName: string, password: Secret): Promise<StampedUser> {
    const user = userName && password.reveal() ? await this.users.verifyPassword(userName, password) : undefined;
    if (user) return user;
    throw new OAuthError('wrongPassword', 'The user name or the password is wrong.');
  }
}
