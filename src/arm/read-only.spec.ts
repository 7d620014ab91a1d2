import { Allow, IsOptional } from 'class-validator';
import { describe, expect, it } from 'vitest';
import { changedReadOnly } from './read-only.js';

class Inner {
  constructor(
    members: object,
    readonly size?: number,
  ) {
    Object.assign(this, members);
  }
  @Allow()
  readonly loginServer?: string;
  @Allow()
  readonly provisioningState?: string;
  @Allow()
  readonly status?: object;
  @Allow()
  readonly hosts?: readonly string[];
}

class Thing {
  constructor(members: object) {
    Object.assign(this, members);
  }
  @Allow()
  readonly id?: string;
  @Allow()
  readonly name?: string;
  @Allow()
  readonly systemData?: object;
  @IsOptional()
  readonly tags?: object;
  readonly properties?: Inner;
}

const SHOWN = {
  id: '/subscriptions/1/things/One',
  name: 'One',
  systemData: { createdBy: 'me', createdAt: '2026-01-02T03:04:05.678Z', lastModifiedAt: '2026-01-02T03:04:05.678Z' },
  tags: { name: 'mine' },
  properties: {
    loginServer: 'one',
    provisioningState: 'Succeeded',
    status: { message: 'well' },
    hosts: ['a'],
    size: 1,
  },
};

const targets = (members: object, after: object = SHOWN) =>
  changedReadOnly(
    new Thing(members),
    () => SHOWN,
    () => after,
  ).map(({ target }) => target);
const inner = (members: object) => ({ properties: new Inner(members) });

describe('members that only the service writes', () => {
  it.each([
    [{ id: SHOWN.id.toUpperCase(), name: 'ONE' }],
    [{ systemData: SHOWN.systemData }],
    [{ systemData: { createdAt: '2026-01-02T03:04:05.6780000+00:00' } }],
    [{ systemData: { createdBy: null, lastModifiedAt: '2001-01-01T00:00:00Z' } }],
    [inner(SHOWN.properties)],
    [inner({ provisioningState: 'Creating', status: { message: 'not yet' } })],
    [{ tags: { name: 'another', id: 'another' } }],
    [inner({ size: 9 })],
  ])('may be sent back: %j', (members) => {
    expect(targets(members)).toEqual([]);
  });

  it.each([
    [{ id: '/subscriptions/1/things/two', name: 'two' }, ['id', 'name']],
    [{ name: 7 }, ['name']],
    [{ systemData: { createdBy: 'you' } }, ['systemData']],
    [{ systemData: { createdAt: '2026-01-02T03:04:06Z' } }, ['systemData']],
    [{ systemData: { colour: 'blue' } }, ['systemData']],
    [{ systemData: 'x' }, ['systemData']],
    [inner({ loginServer: 'two' }), ['properties.loginServer']],
    [inner({ provisioningState: 'Failed' }), ['properties.provisioningState']],
    [inner({ provisioningState: 'Blue' }), ['properties.provisioningState']],
    [inner({ hosts: [] }), ['properties.hosts']],
    [inner({ hosts: ['b'] }), ['properties.hosts']],
  ])('may not be sent otherwise: %j', (members, expected) => {
    expect(targets(members)).toEqual(expected);
  });

  it('may be sent as they are going to be', () => {
    expect(targets({ name: 'two' }, { ...SHOWN, name: 'Two' })).toEqual([]);
  });

  it('of what is to be created are compared with the URL alone', () => {
    const created = (members: object) =>
      changedReadOnly(new Thing(members), undefined, () => SHOWN).map(({ target }) => target);
    expect(created({ ...SHOWN, ...inner({ loginServer: 'old', provisioningState: 'Failed' }) })).toEqual([]);
    expect(created({ name: 'two' })).toEqual(['name']);
  });
});
