import {
  createObject,
  deleteObject,
  getObject,
  waitFor,
  type ClusterConnection,
  type KubernetesObject,
} from '@pilothouse/kube';
import type { Node, Pod } from '@pilothouse/kinds';
import type { Config } from '../../config.ts';
import { AppError } from '../../http/app-error.ts';
import type { AuditLog } from '../../http/audit.ts';
import { toAppError } from '../../http/error-handler.ts';
import { audited, auditedAnyway, type StreamActor } from '../../ws/audited-stream.ts';
import type { FindCluster, StreamCluster } from '../../ws/clusters.ts';
import { enterNode, nodeShellPod, nodeShellPodName } from './node-shell-pod.ts';
import type { Terminal, TerminalsRepository } from './terminals.repository.ts';

type WirePod = Pod & KubernetesObject;

export interface NodeShellsOptions {
  /** Of what and where pods are made; null: none is, and what is left of earlier ones goes. */
  setting: Config['nodeShell'];
  repository: Pick<TerminalsRepository, 'leftPods' | 'podIsGone'>;
  findCluster: FindCluster;
  audit: AuditLog;
  onError: (error: unknown) => void;
}

export interface NodeShellTarget {
  cluster: StreamCluster;
  node: string;
  terminal: string;
  username: string;
}

/** An image may have to be pulled first. */
const startMs = 60_000;
/** What does not come right by waiting. */
const hopeless = new Set([
  'CreateContainerConfigError',
  'CreateContainerError',
  'ErrImagePull',
  'ImagePullBackOff',
  'ErrImageNeverPull',
  'InvalidImageName',
  'RunContainerError',
]);
const pods = { group: '', version: 'v1', plural: 'pods' };

/**
 * The pods that node shells are opened in: one each, made for it and removed with it. The terminal's row says from before
 * it is made until it is gone that there may be one, so that whoever comes after a kill -9 removes it.
 */
export class NodeShells {
  readonly #options: NodeShellsOptions;

  constructor(options: NodeShellsOptions) {
    this.#options = options;
  }

  /** Where the pods are made. Throws AppError `notFound` where there are no node shells. */
  get namespace(): string {
    return this.#setting.namespace;
  }

  /** What leads from the pod to the machine. */
  get enter(): string[] {
    return enterNode(this.#setting.process);
  }

  /** Makes the pod and waits until it runs. Throws AppError `nodeShellNotStarted`, or KubeError. */
  async make(
    { cluster, node, terminal, username }: NodeShellTarget,
    actor: StreamActor,
    signal: AbortSignal,
  ): Promise<void> {
    const { audit } = this.#options;
    const { image, namespace } = this.#setting;
    const { connection } = cluster;
    // of a node that is not there the pod would wait for ever
    await getObject<Node & KubernetesObject>(
      connection,
      { group: '', version: 'v1', plural: 'nodes', name: node },
      { signal },
    );
    const pod = nodeShellPod({ terminal, node, username, namespace, image });
    await audited(audit, actor, 'nodeShell.make', (auditId) =>
      createObject(connection, { ...pods, namespace }, pod, { auditId }),
    );
    const ref = { ...pods, namespace, name: nodeShellPodName(terminal) };
    let last: WirePod | null = null;
    try {
      const wait = { deadlineMs: startMs, signal };
      await waitFor<WirePod>(connection, ref, (found) => isSettled((last = found)), wait);
    } catch (error) {
      if (signal.aborted) throw new AppError('nodeShellNotStarted', { message: 'nobody waits for it' });
      if (toAppError(error).code !== 'clusterTimeout') throw error;
    }
    const problem = problemOf(last);
    if (problem !== null) throw new AppError('nodeShellNotStarted', { message: problem });
  }

  /** Removes the pod of a terminal; where the cluster does not answer, a later round does. Never rejects. */
  async remove(
    { id, namespace }: Pick<Terminal, 'id' | 'namespace'>,
    connection: ClusterConnection,
    actor: StreamActor,
  ): Promise<void> {
    const { repository, audit, onError } = this.#options;
    try {
      const ref = { ...pods, namespace, name: nodeShellPodName(id) };
      await auditedAnyway(audit, actor, 'nodeShell.remove', (auditId) =>
        deleteObject(connection, ref, { auditId }).catch((error: unknown) => {
          if (toAppError(error).code !== 'clusterNotFound') throw error;
        }),
      );
      await repository.podIsGone(id);
    } catch (error) {
      if (toAppError(error).code !== 'clusterUnreachable') onError(error);
    }
  }

  /** Removes what is left of node shells that have ended, whoever began them. */
  async sweep(): Promise<void> {
    const { repository, findCluster } = this.#options;
    for (const terminal of await repository.leftPods()) {
      const { id, userId, username, cluster, clusterId, node } = terminal;
      const found = findCluster(cluster);
      const target = { cluster, resource: 'k8s/core/nodes/shell', name: node ?? '' };
      const actor = { principal: { userId, username }, target, address: '' };
      // a cluster that was taken away is not asked any more
      if (found?.id === clusterId) await this.remove(terminal, found.connection, actor);
      else await repository.podIsGone(id);
    }
  }

  get #setting(): NonNullable<Config['nodeShell']> {
    const { setting } = this.#options;
    if (setting === null) throw new AppError('notFound');
    return setting;
  }
}

/** It runs, or never will. */
function isSettled(pod: WirePod | null): boolean {
  return pod === null || isRunning(pod) || hopelessOf(pod) !== null || isOver(pod);
}

function isRunning({ status }: WirePod): boolean {
  return status?.containerStatuses?.[0]?.state?.running !== undefined;
}

function isOver({ status }: WirePod): boolean {
  return status?.phase === 'Failed' || status?.phase === 'Succeeded';
}

function hopelessOf({ status }: WirePod): string | null {
  const { reason = '', message = '' } = status?.containerStatuses?.[0]?.state?.waiting ?? {};
  return hopeless.has(reason) ? `${reason}: ${message}` : null;
}

/** Why it does not run, in the cluster's words; null: it does. */
function problemOf(pod: WirePod | null): string | null {
  if (pod === null) return 'NotFound';
  if (isRunning(pod)) return null;
  const { phase = 'Pending', reason = '', message = '', containerStatuses } = pod.status ?? {};
  const waiting = containerStatuses?.[0]?.state?.waiting?.reason ?? '';
  return hopelessOf(pod) ?? [phase, waiting, reason, message].filter(Boolean).join(': ');
}
