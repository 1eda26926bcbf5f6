import { platformNodeFlags } from '@pilothouse/start/node-flags';
import type { AuthoriseProcess } from '../processes/authorise.ts';
import type { Bar } from '../src/bar.ts';
import { askOnce } from '../src/helper.ts';

export const authorisation: Bar = {
  number: 14,
  title: 'whether somebody may',
  async run(world) {
    const { lookUps, authorise } = await askOnce<AuthoriseProcess, 'measure'>(
      'authorise',
      platformNodeFlags,
      'measure',
      { databaseUrl: await world.createDatabase(), grants: [100, 1000, 10_000] },
    );
    const of = (count: number) => authorise.find(({ grants }) => grants === count)?.p99 ?? NaN;
    const note =
      'a user with that many grants in the database, rights compiled before; 360,000 questions, each awaited, timed two at a time, which takes about as long as the twenty look-ups of a sample, in nine turns; the median of their p99';
    return [
      {
        what: 'authorisation at 1,000 grants, p99',
        ours: of(1000),
        reference: lookUps,
        referenceWhat: 'a chain of three Map look-ups',
        unit: 'µs',
        limit: { of: 'ratio', most: 20 },
        note,
      },
      {
        what: 'authorisation at 10,000 grants, p99',
        ours: of(10_000),
        reference: of(100),
        referenceWhat: 'at 100 grants',
        unit: 'µs',
        limit: { of: 'ratio', most: 2 },
      },
    ];
  },
};
