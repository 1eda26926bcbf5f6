import { expect, test } from 'vitest';
import { KubeError } from '../transport/kube-error.ts';
import { untilAnswered } from './until-answered.ts';

const refused = new KubeError('refused', 'nobody listens');
const unready = new KubeError('api', 'not ready', { status: 503 });
const missing = new KubeError('api', 'not found', { status: 404 });

/** Asks what gives these in turn, the last for ever; an error is thrown. */
function asked(answers: (Error | string)[], deadline: number | null = null) {
  const away: [number, string][] = [];
  const ending = new AbortController();
  let calls = 0;
  const answer = untilAnswered(
    async () => {
      const said = answers[Math.min(calls, answers.length - 1)];
      calls += 1;
      if (said instanceof Error) throw said;
      return said;
    },
    {
      signal: ending.signal,
      deadline,
      retryMs: 1,
      onAway: async ({ attempt, error }) => void away.push([attempt, error.message]),
    },
  );
  return { answer, away, ending, calls: () => calls };
}

test('asks again while nobody answers, and tells', async () => {
  const { answer, away } = asked([refused, unready, 'there']);
  expect(await answer).toBe('there');
  expect(away).toEqual([
    [1, 'nobody listens'],
    [2, 'not ready'],
  ]);
});

test('what the cluster answers is the answer', async () => {
  const { answer, away } = asked([missing]);
  await expect(answer).rejects.toBe(missing);
  expect(away).toEqual([]);
});

test('gives up once the time is up, and when it is told to', async () => {
  const late = asked([refused], Date.now() - 1);
  await expect(late.answer).rejects.toBe(refused);
  expect(late.calls()).toBe(1);
  const stopped = asked([refused]);
  await expect.poll(() => stopped.away.length).toBeGreaterThan(1);
  stopped.ending.abort(new Error('enough'));
  await expect(stopped.answer).rejects.toThrow('enough');
});
