import { IncomingMessage } from 'node:http';
import { Socket } from 'node:net';
import { expect, test } from 'vitest';
import { OciError } from './oci-error.js';
import { readForm, readText } from './read-form.js';

const LONG_MS = 10_000;

test('a form is read', async () => {
  const request = new IncomingMessage(new Socket());
  request.push('grant_type=a&scope=b%2Fc');
  request.push(null);
  expect(Object.fromEntries(await readForm(request, LONG_MS))).toEqual({ grant_type: 'a', scope: 'b/c' });
});

test('a form that is too long is refused with 413 before it is there', async () => {
  const request = new IncomingMessage(new Socket());
  request.push('x'.repeat(64 * 1024 + 1));
  await expect(readText(request, LONG_MS)).rejects.toThrow(
    expect.objectContaining({ constructor: OciError, status: 413 }),
  );
});

test('a form that does not come is refused with 408, and the connection is still there to say so', async () => {
  const request = new IncomingMessage(new Socket());
  request.push('grant_type=');
  await expect(readForm(request, 20)).rejects.toThrow(expect.objectContaining({ constructor: OciError, status: 408 }));
  expect(request.destroyed).toBe(false);
  request.destroy();
});
