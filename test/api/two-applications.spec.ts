import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { armApp, type ArmApp } from '../support/arm-app.js';

describe('two applications in one process', () => {
  let first: ArmApp;
  let second: ArmApp;

  beforeAll(async () => {
    first = await armApp();
    second = await armApp();
  });
  afterAll(async () => {
    await first?.close();
    await second?.close();
  });

  it('take the tokens of their own issuers, and refuse those of the other', async () => {
    const statusOf = async (app: ArmApp, issuer: ArmApp) => {
      // One that neither has seen yet.
      const token = await issuer.token();
      return (await app.request('GET', '/subscriptions', undefined, { token, apiVersion: '2022-12-01' })).status;
    };
    expect([await statusOf(first, first), await statusOf(second, second)]).toEqual([200, 200]);
    expect([await statusOf(first, second), await statusOf(second, first)]).toEqual([401, 401]);
  });

  it('do not miss each other once one has ended', async () => {
    const third = await armApp();
    await third.close();
    const token = await first.token();
    expect(await first.request('GET', '/subscriptions', undefined, { token, apiVersion: '2022-12-01' })).toMatchObject({
      status: 200,
    });
  });
});
