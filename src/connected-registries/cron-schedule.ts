import type { Problem } from '../arm/arm-error.js';

const NUMBER = String.raw`\d{1,2}`;
const RANGE = String.raw`(?:\*|${NUMBER}(?:-${NUMBER})?|[A-Za-z]{3}(?:-[A-Za-z]{3})?)`;
const PART = String.raw`${RANGE}(?:/${NUMBER})?`;
const FIELD = String.raw`${PART}(?:,${PART})*`;
const CRON = new RegExp(String.raw`^${FIELD}(?: +${FIELD}){4}$`);
const MAX_LENGTH = 200;

/** What is wrong with a schedule at the place `target`: nothing where there is none. */
export function scheduleProblems(schedule: string | null | undefined, target: string): Problem[] {
  if (schedule === null || schedule === undefined) return [];
  if (schedule.length <= MAX_LENGTH && CRON.test(schedule)) return [];
  const message = `'${schedule.slice(0, MAX_LENGTH)}' is not a cron expression of five fields, such as '0 9 * * *'.`;
  return [{ code: 'InvalidParameter', target, message }];
}
