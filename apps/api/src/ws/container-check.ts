import { containerForLog, type PodForLog } from '@pilothouse/kube';
import { AppError } from '../http/app-error.ts';

type Container = NonNullable<ReturnType<typeof containerForLog>>;

/** A pod's container as it is now. Throws AppError `noSuchContainer`, which names those that there are. */
export function containerIn(pod: PodForLog, container: string): Container {
  const found = containerForLog(pod, container);
  if (found === undefined) throw new AppError('noSuchContainer', { container, containers: namesIn(pod) });
  return found;
}

/** Throws AppError `noSuchContainer`, or `containerNotRunning` with the state and its reason as the cluster says them. */
export function requireRunning(pod: PodForLog, container: string): void {
  const { running, message } = containerIn(pod, container);
  if (!running) throw new AppError('containerNotRunning', { container, message });
}

function namesIn({ spec = {} }: PodForLog): string {
  const all = [spec.initContainers, spec.containers, spec.ephemeralContainers];
  return all.flatMap((containers) => (containers ?? []).map(({ name }) => name)).join(', ');
}
