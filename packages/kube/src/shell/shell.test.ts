import { spawn, spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { needing, type Possible } from '@pilothouse/testing';
import { afterEach, describe, expect, it } from 'vitest';
import type { ExecResult } from '../streams/run-exec.ts';
import { KubeError } from '../transport/kube-error.ts';
import { endSession } from './end-session.ts';
import { findShell } from './find-shell.ts';
import { shellCommand, ShellReport } from './shell-command.ts';

/** Runs it on this machine, as a kubelet would in a container. */
function run([program = '', ...arguments_]: readonly string[]): Promise<ExecResult> {
  const { error, status, stdout, stderr } = spawnSync(program, arguments_);
  if (error) {
    const statusObject = {
      kind: 'Status',
      message: `exec: "${program}": executable file not found`,
      code: 500,
    } as const;
    return Promise.reject(new KubeError('api', 'not found', { status: 500, statusObject }));
  }
  return Promise.resolve({ exitCode: status ?? 137, stdout, stderr });
}

/** Fields of `/proc/<pid>/stat` from the third on: state, parent, group, session … */
function statOf(pid: number | string): string[] {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  } catch {
    return [];
  }
}

const linux: Possible =
  process.platform === 'linux' ? { ok: true } : { ok: false, reason: 'Sessions are ended by way of /proc.' };
const shells = ['sh', 'bash', 'dash'].filter((shell) => !spawnSync(shell, ['-c', 'exit 0']).error);

describe.each(shells)('%s', (shell) => {
  it('reports the PID that the interactive shell then has, and its start time', needing(linux), () => {
    const [program = '', ...arguments_] = shellCommand(shell);
    const result = spawnSync(program, arguments_, {
      input: 'echo "I am $$ $TERM"; cut -d" " -f22 /proc/$$/stat\n',
    });
    const report = new ShellReport(shell);
    const output = report.feed(result.stdout).toString();
    expect(output).toBe(`I am ${result.pid} xterm-256color\n${report.session?.startTime}\n`);
    expect(report.session).toMatchObject({ shell, pid: result.pid });
  });
});

describe('ShellReport', () => {
  const stream = Buffer.from('noise \x1b]7337;34;272244\x07/ # ü');

  it('takes the report out wherever the output is cut', () => {
    for (let at = 0; at <= stream.length; at++) {
      const report = new ShellReport('sh');
      const parts = [stream.subarray(0, at), stream.subarray(at)].map((part) => report.feed(part));
      expect(Buffer.concat(parts).toString()).toBe('noise / # ü');
      expect(report.session).toEqual({ shell: 'sh', pid: 34, startTime: '272244' });
    }
  });

  it.each(['\x1b]7337;x;y\x07rest', '\x1b]7337;34;\x07rest', '\x1b]7337;12345678901;1\x07rest'])(
    'believes no report like %j',
    (text) => {
      const report = new ShellReport('sh');
      expect(report.feed(Buffer.from(text)).toString()).toBe('rest');
      expect([report.session, report.over]).toEqual([undefined, true]);
    },
  );

  it('holds nothing back for long where no report comes', () => {
    const report = new ShellReport('sh');
    expect(report.feed(Buffer.alloc(4000, 'x')).length).toBe(0);
    expect(report.feed(Buffer.alloc(200, 'x')).length).toBe(4200);
    const begun = new ShellReport('sh');
    expect(begun.feed(Buffer.from(`\x1b]7337;${'1'.repeat(100)}`)).length).toBe(107);
  });
});

describe('a shell that ends before it has said who it is', () => {
  it('leaves what it had to say instead', () => {
    const report = new ShellReport('sh');
    expect(report.feed(Buffer.from('nsenter: Permission denied')).toString()).toBe('');
    expect(report.rest().toString()).toBe('nsenter: Permission denied');
    expect(report.rest().toString()).toBe('');
    const said = new ShellReport('sh');
    said.feed(Buffer.from('\x1b]7337;12;345\x07'));
    expect(said.rest().toString()).toBe('');
  });
});

describe('findShell', () => {
  it('finds the best there is, by one exec', async () => {
    const commands: (readonly string[])[] = [];
    const shell = await findShell((command) => {
      commands.push(command);
      return run(command);
    });
    expect(shell).toMatch(/\/(bash|sh)$/);
    expect(commands).toHaveLength(1);
  });

  it('looks for the others where there is no sh', async () => {
    const only = (wanted: string) => (command: readonly string[]) =>
      command[0] === wanted ? run(['sh', ...command.slice(1)]) : run([`no-${command[0]}`]);
    expect(await findShell(only('dash'))).toBe('dash');
    expect(await findShell(only('/bin/ash'))).toBe('/bin/ash');
    expect(await findShell(only('none'))).toBeUndefined();
  });

  it('finds them by their paths where PATH leads nowhere', async () => {
    const commands: (readonly string[])[] = [];
    const shell = await findShell((command) => {
      commands.push(command);
      if (!command[0]?.startsWith('/')) return run([`no-${command[0]}`]);
      return run(['env', 'PATH=/nonexistent', ...command]);
    });
    expect(shell).toMatch(/^\/(?:usr\/)?bin\/bash$/);
    expect(commands.map(([program]) => program)).toEqual(['sh', '/bin/sh']);
  });

  it('trusts no bare name where PATH leads nowhere: busybox gives those of what it has built in', async () => {
    const busybox = (places: string[]) => (command: readonly string[]) =>
      places.includes(command[0] ?? '')
        ? Promise.resolve({ exitCode: 0, stdout: Buffer.from('sh\n'), stderr: Buffer.from('') })
        : run([`no-${command[0]}`]);
    expect(await findShell(busybox(['/bin/sh']))).toBe('/bin/sh');
    expect(await findShell(busybox(['sh', '/bin/sh']))).toBe('sh');
  });

  it('gives up after a few looks', async () => {
    const commands: unknown[] = [];
    const shell = await findShell((command) => {
      commands.push(command);
      return run([`no-${command[0]}`]);
    });
    expect([shell, commands.length]).toEqual([undefined, 10]);
  });

  it.each([
    'failed to exec in container: failed to create exec: task 1f not found: not found',
    'exec failed: unable to start container process: cannot allocate memory',
    'error executing command in container: container is not running',
  ])('has no other shell for what no shell mends: %s', async (message) => {
    const statusObject = { kind: 'Status', message, code: 500 } as const;
    const failure = new KubeError('api', message, { status: 500, statusObject });
    const commands: unknown[] = [];
    const looking = findShell((command) => {
      commands.push(command);
      return Promise.reject(failure);
    });
    await expect(looking).rejects.toBe(failure);
    expect(commands).toHaveLength(1);
  });

  it('takes 127 for no shell either, and other failures for failures', async () => {
    const answer = (exitCode: number) => ({ exitCode, stdout: Buffer.from(''), stderr: Buffer.from('') });
    expect(await findShell(() => Promise.resolve(answer(127)))).toBeUndefined();
    const lost = new KubeError('unreachable', 'gone');
    await expect(findShell(() => Promise.reject(lost))).rejects.toBe(lost);
  });
});

// as in a container, there must be a /proc
describe('endSession', needing(linux), () => {
  const started: number[] = [];
  afterEach(() => {
    for (const pid of started.splice(0)) {
      try {
        process.kill(-pid, 'SIGKILL');
      } catch {
        // it has ended, which is what most tests are about
      }
    }
  });

  /** Starts a script as leader of a session of its own. */
  async function session(script: string) {
    const child = spawn('sh', ['-c', script], { detached: true, stdio: 'ignore' });
    const pid = child.pid ?? 0;
    started.push(pid);
    await sleep(100);
    const startTime = statOf(pid)[19] ?? '';
    return {
      session: { shell: 'sh', pid, startTime },
      ended: new Promise((resolve) => child.once('exit', resolve)),
    };
  }
  const members = (pid: number) =>
    readdirSync('/proc')
      .filter((name) => /^\d+$/.test(name))
      .map(statOf)
      .filter(([state, , , leader]) => leader === String(pid) && state !== 'Z');

  it('ends the shell and its background jobs, those in other groups and those that ignore HUP as well', async () => {
    const { session: shell } = await session('set -m; sleep 1000 & (trap "" HUP; sleep 1001) & sleep 1002');
    expect(members(shell.pid).length).toBeGreaterThan(3);
    await endSession(run, shell);
    await expect.poll(() => members(shell.pid)).toEqual([]);
  });

  it('ends what lives on when the shell itself has gone', async () => {
    const { session: shell, ended } = await session('trap "" HUP; sleep 1003 & sleep 2');
    await ended;
    expect(members(shell.pid)).toHaveLength(1);
    await endSession(run, shell);
    await expect.poll(() => members(shell.pid)).toEqual([]);
  });

  it('leaves a later process of the same PID alone', async () => {
    const { session: shell } = await session('sleep 1004');
    await endSession(run, { ...shell, startTime: '1' });
    expect(members(shell.pid).length).toBeGreaterThan(0);
  });
});
