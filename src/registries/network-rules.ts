import { isIP } from 'node:net';
import type { Problem } from '../arm/arm-error.js';
import { isSubnetId } from '../config/resource-networks.js';
import type { Registry } from './registry.entity.js';

const RULES = 'properties.networkRuleSet';

/** Rules that name no address, no block and no subnet. */
export function networkRuleProblems({ networkRuleSet: { ipRules, virtualNetworkRules = [] } }: Registry): Problem[] {
  return [
    ...ipRules.flatMap(({ value }, index) =>
      isAddressOrBlock(value)
        ? []
        : [
            problem(
              `${RULES}.ipRules[${index}].value`,
              `'${value}' is not an IP address or a CIDR block such as 203.0.113.0/24.`,
            ),
          ],
    ),
    ...virtualNetworkRules.flatMap(({ id }, index) =>
      isSubnetId(id)
        ? []
        : [problem(`${RULES}.virtualNetworkRules[${index}].id`, `'${id}' is not the resource id of a subnet.`)],
    ),
  ];
}

function problem(target: string, message: string): Problem {
  return { code: 'InvalidParameter', target, message };
}

function isAddressOrBlock(value: string): boolean {
  const [address = '', prefix, ...rest] = value.split('/');
  const family = isIP(address);
  if (family === 0 || rest.length > 0) return false;
  return prefix === undefined || (/^\d{1,3}$/.test(prefix) && Number(prefix) <= (family === 4 ? 32 : 128));
}
