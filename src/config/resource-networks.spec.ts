import { describe, expect, it } from 'vitest';
import { privateEndpointList, subnetList } from './resource-networks.js';

const GROUP = '/subscriptions/S/resourceGroups/My.Group/providers/Microsoft.Network';

describe.each([
  { kind: 'subnet', list: subnetList, id: `${GROUP}/virtualNetworks/Net/subnets/Build` },
  { kind: 'private endpoint', list: privateEndpointList, id: `${GROUP}/privateEndpoints/Build` },
])('the networks of each $kind', ({ kind, list, id }) => {
  it('are known, however its id is written', () => {
    const text = `${id}=10.1.0.0/24, fd00:1::/64 ;${id}2=10.2.0.1; `;
    expect([...list(text)]).toEqual([
      [
        id.toLowerCase(),
        [
          { address: '10.1.0.0', prefix: 24, family: 'ipv4' },
          { address: 'fd00:1::', prefix: 64, family: 'ipv6' },
        ],
      ],
      [`${id}2`.toLowerCase(), [{ address: '10.2.0.1', prefix: 32, family: 'ipv4' }]],
    ]);
    expect(list('').size).toBe(0);
  });

  it.each([
    ['10.1.0.0/24', `must hold resource ids of ${kind}s`],
    ['/subnets/build=10.1.0.0/24', `must hold resource ids of ${kind}s`],
    [`${GROUP}/virtualNetworks/Net=10.1.0.0/24`, `must hold resource ids of ${kind}s`],
    [id, `must hold resource ids of ${kind}s`],
    [`${id}=`, `must say which networks a ${kind} has`],
    [`${id}=10.1.0.0/33`, 'must hold IP addresses or networks'],
    [`${id}=10.1.0.0/24=x`, 'must hold IP addresses or networks'],
    [`${id}=10.1.0.0/24,${id}2=10.2.0.0/24`, 'must hold IP addresses or networks'],
    [`${id}=10.1.0.0/24;${id.toUpperCase()}=10.2.0.0/24`, `must name each ${kind} once`],
  ])('are not taken from %j', (text, problem) => {
    expect(() => list(text)).toThrow(problem);
  });
});
