import { createDatabase } from '../../db/database.ts';
import { reconcilerOn } from './reconciler-on.ts';

/**
 * A process of its own that reconciles until every unit it has taken up stands before the given step of its own; then it is
 * killed. Arguments: database, folder, step, units that it waits for.
 */
const [url = '', folder = '', step = '', count = ''] = process.argv.slice(2);
const steps = new Map<string, number>();
let standing = 0;

const { reconciler } = await reconcilerOn(createDatabase(url), folder, {
  onStep: async (name, { ownerId }) => {
    const done = (steps.get(ownerId) ?? 0) + 1;
    steps.set(ownerId, done);
    const isAtEnd = name === 'stored';
    if (done < Number(step) && !isAtEnd) return;
    standing += 1;
    if (standing === Number(count)) process.kill(process.pid, 'SIGKILL');
    await new Promise(() => {});
  },
});
reconciler.start();
process.send?.('started');
