/** Runs `task` once after `delayMs` unless the answered function was called before. */
export type Schedule = (delayMs: number, task: () => void) => () => void;

/** By the system's clock; a waiting task does not keep the process alive. */
export const systemSchedule: Schedule = (delayMs, task) => {
  const timer = setTimeout(task, delayMs).unref();
  return () => clearTimeout(timer);
};
