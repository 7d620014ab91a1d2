import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { armApp, type ArmApp, type GivenGroup } from '../support/arm-app.js';

const BASIC = { location: 'eastus', sku: { name: 'Basic' } };

describe('registries', () => {
  let app: ArmApp;
  let group: GivenGroup;

  beforeAll(async () => {
    app = await armApp();
    group = await app.given.group();
  });
  afterAll(() => app?.close());

  const pathOf = (name: string, of = group) => `${of.path}/providers/Microsoft.ContainerRegistry/registries/${name}`;

  it('have one owner when twenty clients create one name at once', async () => {
    const groups = await Promise.all(Array.from({ length: 20 }, () => app.given.group()));
    const answers = await Promise.all(
      groups.map((of) =>
        app.request<{ error?: { code: string } }>('PUT', pathOf('contested1', of), BASIC, {
          token: of.subscription.token,
        }),
      ),
    );
    const refused = answers.filter(({ status }) => status === 409);
    expect([answers.length - refused.length, refused.length]).toEqual([1, 19]);
    expect(new Set(answers.map(({ body: { error } }) => error?.code))).toEqual(
      new Set([undefined, 'RegistryNameAlreadyInUse']),
    );
    await app.settle();
  });

  it('are created once when twenty clients send the same PUT at once', async () => {
    const answers = await Promise.all(
      Array.from({ length: 20 }, () => app.request<{ error?: { code: string } }>('PUT', pathOf('together1'), BASIC)),
    );
    const refused = answers.filter(({ status }) => status !== 201);
    expect(refused.map(({ status, body: answer }) => `${status} ${answer.error?.code}`)).toEqual(
      Array.from({ length: 19 }, () => '409 OperationInProgress'),
    );
    await app.settle();
  });
});
