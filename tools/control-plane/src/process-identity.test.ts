import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { expect, test } from 'vitest';
import { identify, isAlive, signal, terminate } from './process-identity.ts';

function sleeper(script = 'setInterval(() => {}, 1000)') {
  return spawn(process.execPath, ['-e', script], { stdio: ['ignore', 'pipe', 'ignore'] });
}

test('knows a process only as long as it lives', async () => {
  const child = sleeper();
  const identity = identify(child.pid ?? 0);
  expect(identity?.pid).toBe(child.pid);
  expect(isAlive(identity!)).toBe(true);
  child.kill('SIGKILL');
  await once(child, 'exit');
  expect(isAlive(identity!)).toBe(false);
  expect(signal(identity!, 'SIGTERM')).toBe(false);
});

test('leaves a process alone that only shares the pid', async () => {
  const child = sleeper();
  const stranger = { pid: child.pid ?? 0, startTime: 'another time' };
  expect(isAlive(stranger)).toBe(false);
  expect(signal(stranger, 'SIGKILL')).toBe(false);
  expect(identify(stranger.pid)).toBeDefined();
  child.kill('SIGKILL');
});

test('kills what does not end by itself', async () => {
  const child = sleeper(`process.on('SIGTERM', () => {}); setInterval(() => {}, 1000); console.log('ready')`);
  await once(child.stdout, 'data');
  const ended = once(child, 'exit');
  await terminate(identify(child.pid ?? 0)!, 200);
  expect(await ended).toEqual([null, 'SIGKILL']);
});
