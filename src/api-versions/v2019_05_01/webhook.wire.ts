import { lacking } from '../differences.js';
import { webhookWire } from '../parts/webhook.wire.js';

/** Who made a webhook was not told yet. */
export const webhook20190501 = lacking(webhookWire, ['systemData']);
