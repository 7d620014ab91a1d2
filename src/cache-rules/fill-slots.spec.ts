import { describe, expect, it, vi } from 'vitest';
import { FillSlots, TooBusy, type Turn } from './fill-slots.js';

const PATIENT_MS = 60_000;

/** Whether each has begun. */
async function begun(turns: readonly Turn[]): Promise<boolean[]> {
  const now = new Promise<boolean>((resolve) => setImmediate(() => resolve(false)));
  return Promise.all(turns.map((turn) => Promise.race([turn.begun.then(() => true), now])));
}

describe('turns', () => {
  it('are so many for each registry, and so many for all of them', async () => {
    const slots = new FillSlots({ inProcess: 3, ofRegistry: 2 });
    const turns = ['a', 'a', 'a', 'b', 'b'].map((registry) => slots.ask(registry, PATIENT_MS));
    expect(await begun(turns)).toEqual([true, true, false, true, false]);
    slots.close(new Error('over'));
  });

  it('come in the order of asking, past those whose registry has its share', async () => {
    const slots = new FillSlots({ inProcess: 2, ofRegistry: 1 });
    const turns = ['a', 'b', 'a', 'c', 'b'].map((registry) => slots.ask(registry, PATIENT_MS));
    const leave = await Promise.all(turns.slice(0, 2).map((turn) => turn.begun));
    leave[1]!();
    expect(await begun(turns)).toEqual([true, true, false, true, false]);
    leave[0]!();
    expect(await begun(turns)).toEqual([true, true, true, true, false]);
    slots.close(new Error('over'));
    await expect(turns[4]!.begun).rejects.toThrow('over');
  });

  it('do not come for whoever has waited too long, cannot wait, or comes when too many do', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    const slots = new FillSlots({ inProcess: 1, ofRegistry: 1 });
    const leave = await slots.ask('a', 0).begun;
    await expect(slots.ask('a', 0).begun).rejects.toThrow(TooBusy);
    const late = slots.ask('a', 1_000);
    vi.advanceTimersByTime(1_000);
    await expect(late.begun).rejects.toThrow(TooBusy);
    const many = Array.from({ length: 1_000 }, () => slots.ask('a', PATIENT_MS));
    await expect(slots.ask('a', PATIENT_MS).begun).rejects.toThrow(TooBusy);
    leave();
    expect(await begun(many.slice(0, 2))).toEqual([true, false]);
    slots.close(new Error('over'));
    vi.useRealTimers();
  });

  it('begin at once for what somebody who has one waits for, and take nobody’s place', async () => {
    const slots = new FillSlots({ inProcess: 1, ofRegistry: 1 });
    const first = await slots.ask('a', 0).begun;
    const [part, next] = [slots.ask('a', PATIENT_MS), slots.ask('a', PATIENT_MS)];
    part.admit();
    (await part.begun)();
    expect(await begun([next])).toEqual([false]);
    first();
    expect(await begun([next])).toEqual([true]);
  });
});
