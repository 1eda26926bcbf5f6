import type { Scenario } from './scenario.ts';
import { churn } from './scenarios/churn.ts';
import { faults } from './scenarios/faults.ts';
import { idleShell } from './scenarios/idle-shell.ts';
import { logs } from './scenarios/logs.ts';
import { olderKubernetes } from './scenarios/older-kubernetes.ts';

/** What `npm run soak` runs, in this order. */
export const scenarios: readonly Scenario[] = [idleShell, churn, logs, faults, olderKubernetes].map(
  // the runner hands each one a size of its own, whatever that is
  (scenario) => scenario as unknown as Scenario,
);
