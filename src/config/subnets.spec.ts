import { expect, it } from 'vitest';
import { subnetList } from './subnets.js';

const ID = '/subscriptions/S/resourceGroups/My.Group/providers/Microsoft.Network/virtualNetworks/Net/subnets/Build';

it('knows the networks of each subnet, however its id is written', () => {
  const text = `${ID}=10.1.0.0/24, fd00:1::/64 ;${ID}2=10.2.0.1; `;
  expect([...subnetList(text)]).toEqual([
    [
      ID.toLowerCase(),
      [
        { address: '10.1.0.0', prefix: 24, family: 'ipv4' },
        { address: 'fd00:1::', prefix: 64, family: 'ipv6' },
      ],
    ],
    [`${ID}2`.toLowerCase(), [{ address: '10.2.0.1', prefix: 32, family: 'ipv4' }]],
  ]);
  expect(subnetList('').size).toBe(0);
});

it.each([
  ['10.1.0.0/24', 'must hold resource ids of subnets'],
  ['/subnets/build=10.1.0.0/24', 'must hold resource ids of subnets'],
  [ID, 'must hold resource ids of subnets'],
  [`${ID}=`, 'must say which networks a subnet has'],
  [`${ID}=10.1.0.0/33`, 'must hold IP addresses or networks'],
  [`${ID}=10.1.0.0/24=x`, 'must hold IP addresses or networks'],
  [`${ID}=10.1.0.0/24,${ID}2=10.2.0.0/24`, 'must hold IP addresses or networks'],
  [`${ID}=10.1.0.0/24;${ID.toUpperCase()}=10.2.0.0/24`, 'must name each subnet once'],
])('does not take %j for subnets', (text, problem) => {
  expect(() => subnetList(text)).toThrow(problem);
});
