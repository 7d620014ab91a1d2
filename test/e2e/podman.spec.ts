import { execFile, execFileSync } from 'node:child_process';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openEdge, type Edge, type GivenRegistry } from '../support/oci-edge.js';

const run = promisify(execFile);

interface Outcome {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

function hasPodman(): boolean {
  try {
    execFileSync('podman', ['--version'], { stdio: 'ignore' });
    return process.getuid?.() === 0;
  } catch {
    return false;
  }
}

const isThere = hasPodman();

describe.skipIf(!isThere)(`podman, unmodified${isThere ? '' : ': there is none that this user can run'}`, () => {
  let edge: Edge;
  let folder: string;
  let given: GivenRegistry;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'podman-'));
    await mkdir(join(folder, '.config/containers'), { recursive: true });
    const policy = { default: [{ type: 'insecureAcceptAnything' }] };
    await writeFile(join(folder, '.config/containers/policy.json'), JSON.stringify(policy));
    edge = await openEdge();
    given = await edge.registry();
  });
  afterAll(async () => {
    await edge?.close();
    await rm(folder, { recursive: true, force: true });
  });

  function podman(...args: string[]): Promise<Outcome> {
    const env = { PATH: process.env['PATH'], HOME: folder, TMPDIR: folder, XDG_RUNTIME_DIR: folder };
    const own = ['--root', join(folder, 'root'), '--runroot', join(folder, 'run'), '--storage-driver', 'vfs'];
    return new Promise((resolve) =>
      execFile('podman', [...own, ...args], { env }, (error, stdout, stderr) =>
        resolve({ code: error ? Number(error.code ?? -1) : 0, stdout, stderr }),
      ),
    );
  }

  test('logs in, pushes, pulls what it pushed, and is refused after its logout', async () => {
    const { loginServer, user, password } = given;
    const certs = ['--cert-dir', edge.certFolder];
    const authfile = ['--authfile', join(folder, 'auth.json')];
    const wrong = await podman('login', ...certs, ...authfile, '-u', user, '-p', 'wrong', loginServer);
    expect([wrong.code, wrong.stderr]).toEqual([125, expect.stringContaining('invalid username/password')]);
    const login = await podman('login', ...certs, ...authfile, '-u', user, '-p', password, loginServer);
    expect(login).toMatchObject({ code: 0, stdout: 'Login Succeeded!\n' });

    const name = `${loginServer}/team/app:v1`;
    await writeFile(join(folder, 'hello.txt'), 'hello');
    await run('tar', ['-cf', join(folder, 'root.tar'), '-C', folder, 'hello.txt']);
    expect(await podman('import', '-q', join(folder, 'root.tar'), name)).toMatchObject({ code: 0 });
    expect(await podman('push', '-q', ...certs, ...authfile, name)).toEqual({ code: 0, stdout: '', stderr: '' });
    const [before] = (await podman('image', 'inspect', '--format', '{{.Id}}', name)).stdout.split('\n');
    expect(await podman('rmi', '--all', '--force')).toMatchObject({ code: 0 });
    expect(await podman('pull', '-q', ...certs, ...authfile, name)).toMatchObject({ code: 0, stdout: `${before}\n` });

    expect(await podman('logout', ...authfile, loginServer)).toMatchObject({ code: 0 });
    const refused = await podman('pull', ...certs, ...authfile, '-q', name);
    expect([refused.code, refused.stderr]).toEqual([125, expect.stringContaining('unauthorized')]);
  });
});
