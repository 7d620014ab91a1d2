import { execFile } from 'node:child_process';
import { randomBytes, randomInt } from 'node:crypto';
import { rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { CONNECTIONS, DIGITS, GROUP_DIGITS, RANDOM_BELOW, type Load, type LoadResult } from './load.js';

/** Drives wrk with a script that makes each request and prints the outcome as JSON. */
export async function runWrk(wrk: string, load: Load, seconds: number): Promise<LoadResult> {
  const { origin } = new URL(load.url);
  const script = join(tmpdir(), `berth-wrk-${randomBytes(6).toString('hex')}.lua`);
  await writeFile(script, scriptOf(load, load.url.slice(origin.length)));
  try {
    const args = ['-t1', `-c${CONNECTIONS}`, `-d${seconds}s`, '--timeout', '30s', '-s', script, origin];
    const { stdout } = await promisify(execFile)(wrk, args);
    const line = stdout.split('\n').find((text) => text.startsWith('{'));
    if (!line) throw new Error(`wrk did not say what it measured:\n${stdout}`);
    return JSON.parse(line) as LoadResult;
  } finally {
    await rm(script, { force: true });
  }
}

/** Without a seed each run would draw the same numbers, and a PUT would find that everything is as it says already. */
function scriptOf({ method, headers, body, numbers }: Load, path: string): string {
  const nextNumber =
    'from' in numbers ? 'number = number + 1' : `number = math.random(0, ${Math.max(0, numbers.randomBelow - 1)})`;
  return `
    math.randomseed(${randomInt(2 ** 31)})
    local number = ${'from' in numbers ? numbers.from - 1 : 0}
    local headers = {${Object.entries(headers)
      .map(([name, value]) => `[${quoted(name)}] = ${quoted(value)}`)
      .join(', ')}}
    request = function()
      ${nextNumber}
      local n = string.format("%0${DIGITS}d", number)
      local g = string.sub(n, 1, ${GROUP_DIGITS})
      local r = math.random(0, ${RANDOM_BELOW - 1})
      return wrk.format(${quoted(method)}, ${joined(path)}, headers, ${body === undefined ? 'nil' : joined(body)})
    end
    done = function(summary, latency, requests)
      local e = summary.errors
      print(string.format('{"requests":%d,"seconds":%f,"p50Ms":%f,"p99Ms":%f,"failures":%d}',
        summary.requests, summary.duration / 1e6, latency:percentile(50) / 1e3, latency:percentile(99) / 1e3,
        e.connect + e.read + e.write + e.status + e.timeout))
    end`;
}

/** A Lua expression that fills in the placeholders. */
function joined(text: string): string {
  return text
    .split(/(\{[ngr]\})/)
    .filter(Boolean)
    .map((part) => (/^\{[ngr]\}$/.test(part) ? part.slice(1, 2) : quoted(part)))
    .join(' .. ');
}

/** JSON's escapes that can occur in paths, headers and JSON bodies are Lua's too. */
function quoted(text: string): string {
  return JSON.stringify(text);
}
