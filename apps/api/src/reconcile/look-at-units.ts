import { isDeepStrictEqual } from 'node:util';
import type { CallOptions, ClusterConnection } from '@pilothouse/kube';
import { readMany } from './listed-objects.ts';
import type { Finding, ReconcileUnits, TakenUnit } from './reconcile-units.repository.ts';
import { checkUnit } from './unit-check.ts';
import { nextLookMs, passMs } from './unit-run.ts';
import type { UnitSource } from './unit-source.ts';
import { isSettled } from './unit-status.ts';

/** Looked at together at most. */
const mostTogether = 200;

/**
 * Looks whether a unit is still as it was applied, and with it those of its namespace that are due soon. Resolves with
 * whether anything is known that was not.
 */
export async function lookAtUnits(
  parts: { units: ReconcileUnits; connection: ClusterConnection; source: UnitSource },
  unit: TakenUnit,
  call: CallOptions,
): Promise<boolean> {
  const { units, connection, source } = parts;
  const isAlone = unit.hasError || unit.isDrifted || !isSettled(unit.status);
  const siblings = isAlone ? [] : await units.takeSiblings(unit, passMs / 2, mostTogether - 1);
  const all = [unit, ...siblings];
  const read = await readMany(connection, all, call);
  const unchanged: TakenUnit[] = [];
  let isNews = false;
  for (const one of all) {
    const finding = await checkUnit(one, read, () => source.render(one.ref));
    if (isSame(one, finding)) {
      unchanged.push(one);
      continue;
    }
    isNews = true;
    await units.checked(one, finding, nextLookMs(finding.status));
  }
  await units.unchanged(unchanged, passMs);
  return isNews;
}

function isSame(unit: TakenUnit, { status, drift }: Finding): boolean {
  const isQuiet = !unit.hasError && !unit.isDrifted && drift.length === 0 && isSettled(status);
  return isQuiet && isDeepStrictEqual(unit.status, status);
}
