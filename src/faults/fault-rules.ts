import type { Problem } from '../arm/arm-error.js';
import type { Effect, Fault } from './fault.entity.js';
import type { FaultWire, NamedFaultWire } from './fault.wire.js';

type Member = 'seconds' | 'times' | 'status' | 'rate';

const MEMBERS: Readonly<Record<Effect, { readonly needs: readonly Member[]; readonly may: readonly Member[] }>> = {
  slow: { needs: ['seconds'], may: [] },
  fail: { needs: [], may: ['times'] },
  hang: { needs: [], may: [] },
  answer: { needs: ['status'], may: ['times', 'rate'] },
};

const ALL: readonly Member[] = ['seconds', 'times', 'status', 'rate'];

const NAME = /^[a-z0-9][a-z0-9-]{0,49}$/;

/** What the shape of a fault does not say. */
export function problemsOf(fault: Fault): Problem[] {
  const { needs, may } = MEMBERS[fault.effect];
  const wrong = (target: string, message: string): Problem => ({ code: 'InvalidParameter', target, message });
  const said = ALL.filter((member) => fault[member] !== null);
  return [
    ...(NAME.test(fault.name)
      ? []
      : [wrong('name', `'${fault.name}': use 1 to 50 of a-z, 0-9 and -, without - first.`)]),
    ...needs
      .filter((member) => fault[member] === null)
      .map((member) => wrong(member, `A fault with the effect '${fault.effect}' needs '${member}'.`)),
    ...said
      .filter((member) => !needs.includes(member) && !may.includes(member))
      .map((member) => wrong(member, `A fault with the effect '${fault.effect}' has no '${member}'. Leave it out.`)),
    ...(fault.times !== null && fault.rate !== null ? [wrong('rate', `Send 'times' or 'rate', not both.`)] : []),
  ];
}

export function faultOf(tenantId: string, name: string, body: FaultWire): Fault {
  const { effect, seconds = null, times = null, status = null, rate = null } = body;
  return { tenantId, name, registries: body.registries.toLowerCase(), effect, seconds, times, status, rate };
}

export function faultToWire(fault: Fault): NamedFaultWire {
  const { name, registries, effect } = fault;
  const said = ALL.filter((member) => fault[member] !== null).map((member) => [member, fault[member]] as const);
  return { name, registries, effect, ...Object.fromEntries(said) };
}

/** Whether the fault is for the registry with this lower-case name. */
export function concerns({ registries }: Pick<Fault, 'registries'>, registryKey: string): boolean {
  const [first = '', ...rest] = registries.split('*');
  const last = rest.pop();
  if (last === undefined) return registryKey === first;
  if (!registryKey.startsWith(first)) return false;
  // Each part as early as it can be: no pattern makes this take long.
  let at = first.length;
  for (const part of rest) {
    const found = registryKey.indexOf(part, at);
    if (found < 0) return false;
    at = found + part.length;
  }
  return registryKey.length - last.length >= at && registryKey.endsWith(last);
}
