import { setTimeout as sleep } from 'node:timers/promises';
import type { Place } from '../../../apps/api/src/ws/testing/stream-client.ts';
import type { Bar, Measure } from '../src/bar.ts';
import { interleave } from '../src/interleave.ts';
import { timed } from '../src/load.ts';
import type { Platform } from '../src/platform.ts';
import { residentMb } from '../src/process-meter.ts';
import { endRealPod, runRealPod } from '../src/real-pods.ts';
import { shellByKubectl, shellByPlatform, typeUntil, type Shell } from '../src/shells.ts';
import { median, percentile } from '../src/statistics.ts';

const bulkLines = 200_000;
/** As the terminal sends it: a carriage return more per line. */
const bulkBytes = bulkLines * 102;
const slowMs = 15_000;

export const shells: Bar = {
  number: 13,
  title: 'shells',
  needsRealNode: true,
  async run(world) {
    const [platform, side] = [await world.platform(), await world.side()];
    const place = await runRealPod(side, 'shell', 'while :; do sleep 3600; done');
    const ours = await shellByPlatform(platform, place);
    const theirs = shellByKubectl(await world.kubectlPath(), side, place);
    try {
      for (const shell of [ours, theirs]) await prompt(shell);
      return [await echo(ours, theirs), await bulk(ours, theirs), await slowReader(platform, place)];
    } finally {
      await ours.stop();
      await theirs.stop();
      await endRealPod(side, place);
    }
  },
};

/** Waits until the shell answers. */
async function prompt(shell: Shell): Promise<void> {
  await typeUntil(shell, 'echo rea""dy\n', (output) => output.includes('ready'));
}

async function echo(ours: Shell, theirs: Shell): Promise<Measure> {
  const keys = (shell: Shell) => async () => {
    const times = [];
    for (let index = 0; index < 25; index += 1) {
      times.push(await timed(() => typeUntil(shell, 'k', (output) => output.includes('k'))));
    }
    // the line is thrown away, so that it never gets long
    await typeUntil(shell, '\u0015echo cle""ar\n', (output) => output.includes('clear'));
    await sleep(50);
    return times;
  };
  await interleave(1, [keys(ours), keys(theirs)]);
  const [platform, kubectl] = await interleave(8, [keys(ours), keys(theirs)]);
  return {
    what: 'echo of a key, p95',
    ours: percentile(platform, 0.95),
    reference: percentile(kubectl, 0.95),
    referenceWhat: 'kubectl exec -it',
    unit: 'ms',
    limit: { of: 'ratio', most: 1.5 },
    note: `${platform.length} keys each, one after the other, in turns of 25`,
  };
}

async function bulk(ours: Shell, theirs: Shell): Promise<Measure> {
  let mark = 0;
  const read = (shell: Shell) => async () => {
    mark += 1;
    const command = `yes ${'0123456789'.repeat(10)} | head -n ${bulkLines}; echo do""ne-${mark}\n`;
    let tail = '';
    let bytes = 0;
    const ms = await timed(
      () =>
        new Promise<void>((resolve) => {
          shell.onOutput = (piece) => {
            bytes += piece.length;
            tail = (tail + piece).slice(-200);
            if (tail.includes(`done-${mark}`)) resolve();
          };
          shell.type(command);
        }),
    );
    if (bytes < bulkBytes) throw new Error(`only ${bytes} of ${bulkBytes} bytes came`);
    return [bytes / 1e3 / ms];
  };
  const [platform, kubectl] = await interleave(4, [read(ours), read(theirs)]);
  return {
    what: 'bulk output',
    ours: median(platform),
    reference: median(kubectl),
    referenceWhat: 'kubectl exec -it',
    unit: 'MB/s',
    limit: { of: 'ratio', least: 0.7 },
    note: `medians of 4 times ${Math.round(bulkBytes / 1e6)} MB, in turns; ours is recorded as well`,
  };
}

/** Somebody whose browser has stopped reading, while the command goes on writing. */
async function slowReader(platform: Platform, place: Place): Promise<Measure> {
  const shell = await shellByPlatform(platform, place);
  try {
    await prompt(shell);
    await sleep(3000);
    const before = residentMb(platform.pid);
    shell.standStill();
    shell.type(`yes ${'0123456789'.repeat(10)}\n`);
    let most = before;
    for (let waited = 0; waited < slowMs; waited += 250) {
      await sleep(250);
      most = Math.max(most, residentMb(platform.pid));
    }
    return {
      what: 'memory because of a reader that stands still, the most',
      ours: most,
      reference: before,
      referenceWhat: 'before',
      unit: 'MB',
      limit: { of: 'difference', most: 16 },
      note: `of the API process, over ${slowMs / 1000} s, while the command writes as fast as it may`,
    };
  } finally {
    await shell.stop();
  }
}
