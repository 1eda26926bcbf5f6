/** The parts of a pod that say whether a container has a log. Wire shapes, read defensively: the cluster is not ours. */
export interface PodForLog {
  metadata: {
    uid: string;
    name: string;
    deletionTimestamp?: string;
    labels?: Record<string, string>;
    annotations?: Record<string, string>;
  };
  spec?: {
    restartPolicy?: string;
    containers?: { name: string }[];
    initContainers?: { name: string; restartPolicy?: string }[];
    ephemeralContainers?: { name: string }[];
  };
  status?: {
    phase?: string;
    reason?: string;
    message?: string;
    conditions?: { type: string; status: string; reason?: string; message?: string }[];
    containerStatuses?: ContainerStatus[];
    initContainerStatuses?: ContainerStatus[];
    ephemeralContainerStatuses?: ContainerStatus[];
  };
}

interface ContainerStatus {
  name: string;
  restartCount?: number;
  state?: ContainerStateFields;
  lastState?: ContainerStateFields;
}

interface ContainerStateFields {
  waiting?: { reason?: string; message?: string };
  running?: { startedAt?: string };
  terminated?: { exitCode?: number; reason?: string; message?: string };
}

export interface ContainerForLog {
  /** Restart count of the newest instance. */
  restarts: number;
  /** Some instance has run, so there is a log to read. */
  hasLog: boolean;
  running: boolean;
  /** It has ended and the kubelet will not start it again. */
  finished: boolean;
  /** Why it does not run, in the cluster's words; empty while it runs. */
  message: string;
}

/** Undefined when the pod has no container of that name. */
export function containerForLog(pod: PodForLog, container: string): ContainerForLog | undefined {
  const { spec = {}, status = {} } = pod;
  const named = ({ name }: { name: string }) => name === container;
  const init = spec.initContainers?.find(named);
  const ephemeral = spec.ephemeralContainers?.some(named) ?? false;
  if (init === undefined && !ephemeral && spec.containers?.some(named) !== true) return undefined;

  const found = [status.containerStatuses, status.initContainerStatuses, status.ephemeralContainerStatuses]
    .flatMap((statuses) => statuses ?? [])
    .find(named);
  const { waiting, running, terminated } = found?.state ?? {};
  const ended = terminated ?? found?.lastState?.terminated;
  const policy = ephemeral
    ? 'Never'
    : init === undefined
      ? (spec.restartPolicy ?? 'Always')
      : initPolicy(init, spec);
  const podOver = status.phase === 'Succeeded' || status.phase === 'Failed';
  const stays = policy === 'Never' || (policy === 'OnFailure' && terminated?.exitCode === 0);
  return {
    restarts: found?.restartCount ?? 0,
    hasLog: running !== undefined || ended !== undefined,
    running: running !== undefined,
    finished: running === undefined && (podOver || (terminated !== undefined && stays)),
    message: running === undefined ? (words(waiting ?? terminated) ?? podWords(pod)) : '',
  };
}

/** kubectl's choice: the annotation, else the first container; empty where there is none. */
export function defaultContainer({ metadata, spec }: PodForLog): string {
  const names = spec?.containers?.map(({ name }) => name) ?? [];
  const annotated = metadata.annotations?.['kubectl.kubernetes.io/default-container'];
  return annotated !== undefined && names.includes(annotated) ? annotated : (names[0] ?? '');
}

/** Init containers run until they succeed, but for sidecars (`restartPolicy: Always`). */
function initPolicy(init: { restartPolicy?: string }, spec: { restartPolicy?: string }): string {
  if (init.restartPolicy === 'Always') return 'Always';
  return spec.restartPolicy === 'Never' ? 'Never' : 'OnFailure';
}

function words(state: { reason?: string; message?: string } | undefined): string | undefined {
  const said = [state?.reason, state?.message].filter((part) => part !== undefined && part !== '');
  return said.length === 0 ? undefined : said.join(': ');
}

function podWords({ status = {} }: PodForLog): string {
  const blocked = status.conditions?.find(({ status }) => status === 'False');
  return words(blocked) ?? words(status) ?? status.phase ?? 'Pending';
}
