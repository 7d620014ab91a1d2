import { expect, test } from 'vitest';
import { filesIn } from './multipart.js';

const TYPE = 'multipart/form-data; boundary=b';
const part = (name: string, text: string) =>
  `--b\r\nContent-Disposition: form-data; name="files"; filename="${name}"\r\nContent-Type: application/octet-stream\r\n\r\n${text}\r\n`;

function read(body: string, type: string | undefined = TYPE) {
  return filesIn(type, Buffer.from(body), 2)?.map(({ name, bytes }) => [name, bytes.toString()]);
}

test('files are read with their names, whatever is in them', () => {
  expect(read(`${part('targets/a', '{}\r\n--\r\n\r\n')}${part('x\\"y', '')}--b--\r\n`)).toEqual([
    ['targets/a', '{}\r\n--\r\n\r\n'],
    ['x"y', ''],
  ]);
  expect(
    read(`before it\r\n${part('root', 'x')}--b--after it`, 'Multipart/Form-Data; charset=x; boundary="b"'),
  ).toEqual([['root', 'x']]);
  expect(read('--b\r\nContent-Disposition: form-data; name="a"\r\n\r\nx\r\n--b--')).toEqual([['', 'x']]);
  expect(read('--b--')).toEqual([]);
  expect(read(part('a', 'x').repeat(9))?.length).toBe(3);
});

test.each([
  ['no form', part('a', 'x'), 'application/json'],
  ['no type', `${part('a', 'x')}--b--`, ''],
  ['another boundary', `${part('a', 'x')}--b--`, 'multipart/form-data; boundary=c'],
  ['an end that is missing', part('a', 'x'), TYPE],
  ['headers without an end', '--b\r\nContent-Disposition: form-data\r\n--b--', TYPE],
  ['headers that go on for long', `${part('a'.repeat(4_096), 'x')}--b--`, TYPE],
  ['nothing', '', TYPE],
])('%s is no form', (_, body, type) => {
  expect(read(body, type)).toBeUndefined();
});
