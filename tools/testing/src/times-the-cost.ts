/** Processor time is counted in ticks of some milliseconds: less than so much of it says nothing. */
const enoughMs = 150;

/**
 * How many times as much processor time `work` takes as `reference`. Both run in this thread, in turns, until they can
 * be compared: how fast the machine is, and what else it does, concerns both. Choose a reference of about the same size.
 */
export async function timesTheCost(work: () => unknown, reference: () => unknown): Promise<number> {
  // compiled before it is counted
  await reference();
  await work();
  let [ofWork, ofReference] = [0, 0];
  while (ofReference < enoughMs) {
    ofReference += await costOf(reference);
    ofWork += await costOf(work);
  }
  return ofWork / ofReference;
}

async function costOf(work: () => unknown): Promise<number> {
  const before = process.threadCpuUsage();
  await work();
  const { user, system } = process.threadCpuUsage(before);
  return (user + system) / 1000;
}
