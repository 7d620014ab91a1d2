import { describe, expect, it } from 'vitest';
import type { Wire } from '../arm/resource-type.js';
import { fixedTo, lacking } from './differences.js';

interface Lamp {
  readonly colour: string;
  readonly power: number;
}

class LampWire {
  readonly colour: string;
  readonly inner: { readonly power: number };
}

const lamp: Wire<Lamp> = {
  shape: LampWire,
  parse: (body) =>
    (body as LampWire).colour === 'none'
      ? { problems: [{ code: 'InvalidParameter', target: 'colour', message: 'No colour.' }] }
      : { body: body as object },
  fromWire: (body, base) => {
    const { colour, inner } = body as Partial<LampWire>;
    return { ...base, colour: colour ?? 'white', power: inner?.power ?? 1 };
  },
  toWire: ({ colour, power }) => ({ colour, inner: { power, kind: 'led' } }),
};
const RED: Lamp = { colour: 'red', power: 7 };

describe('a wire that lacks members', () => {
  const older = lacking(lamp, ['inner.power']);

  it('does not show them, and keeps what the record has of them', () => {
    expect(older.toWire(RED)).toEqual({ colour: 'red', inner: { kind: 'led' } });
    expect(older.fromWire({ colour: 'blue' }, RED)).toEqual({ colour: 'blue', power: 7 });
    expect(older.fromWire({ inner: { kind: 'led' } }, RED)).toEqual({ colour: 'white', power: 7 });
  });

  it('refuses them beside everything else that is wrong', () => {
    expect(older.parse({ colour: 'none', inner: { power: null } })).toMatchObject({
      problems: [{ code: 'InvalidParameter', target: 'inner.power' }, { target: 'colour' }],
    });
    expect(older.parse({ colour: 'red', inner: {} })).toEqual({ body: { colour: 'red', inner: {} } });
  });

  it('takes a patched record that says nothing of them', () => {
    const whole = lacking({ ...lamp, patched: (record) => lamp.toWire(record) }, ['inner.power']);
    expect(whole.patched?.(RED, { colour: 'blue' })).toEqual({ colour: 'red', inner: { kind: 'led' } });
    expect(whole.patched?.(RED, { inner: { power: 9 } })).toHaveProperty('inner.power');
    expect(older).not.toHaveProperty('patched');
  });

  it.each([null, undefined, 'x', 7])('hands %j on to the wire below', (body) => {
    expect(lacking({ ...lamp, parse: () => ({ body: {} }) }, ['inner.power']).parse(body)).toEqual({ body: {} });
  });
});

describe('a wire with members that stay as they are', () => {
  const fixed = fixedTo(lamp, { 'inner.dims': false, 'cable.lengths': [], plug: undefined });

  it('shows them where what they are part of is shown', () => {
    expect(fixed.toWire(RED)).toEqual({ colour: 'red', inner: { power: 7, kind: 'led', dims: false } });
  });

  it('takes what is true, or nothing, and refuses the rest', () => {
    for (const body of [{}, { inner: { dims: false } }, { inner: { dims: null } }, { cable: { lengths: [] } }])
      expect(fixed.parse(body)).toEqual({ body });
    expect(fixed.parse({ inner: { dims: true }, cable: { lengths: [1] }, plug: 'c7' })).toMatchObject({
      problems: [
        { code: 'FeatureNotSupported', message: expect.stringContaining('Leave it out or send false.') as string },
        { target: 'cable.lengths' },
        { target: 'plug', message: expect.stringMatching(/Leave it out\.$/) as string },
      ],
    });
  });
});
