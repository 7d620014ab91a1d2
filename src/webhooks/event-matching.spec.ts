import { expect, it } from 'vitest';
import { CONTENT_ACTIONS } from '../content/content-event.entity.js';
import { tellings } from './event-matching.js';

const told = (tagDeletes: 'on' | 'off', isChart: boolean) =>
  CONTENT_ACTIONS.map((action) => [
    action,
    ...tellings(tagDeletes).flatMap((one) => (one.happened === action && one.isChart === isChart ? one.told : [])),
  ]);

it('what happens to an image is told as Azure does, and a tag that goes as a deletion', () => {
  expect(told('on', false)).toEqual([
    ['push', 'push'],
    ['delete', 'delete'],
    ['untag', 'delete'],
    ['quarantine', 'quarantine'],
  ]);
});

it('what happens to a chart is told as that, or as to an image', () => {
  expect(told('on', true)).toEqual([
    ['push', 'chart_push', 'push'],
    ['delete', 'chart_delete', 'delete'],
    ['untag', 'delete'],
    ['quarantine', 'quarantine'],
  ]);
});

it('a tag that goes is not told where that is switched off', () => {
  expect(told('off', false)[2]).toEqual(['untag']);
  expect(told('off', true)[2]).toEqual(['untag']);
});
