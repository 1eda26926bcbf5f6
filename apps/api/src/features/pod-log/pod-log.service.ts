import { defaultContainer, KubeError, readLogBytes, readPod } from '@pilothouse/kube';
import type { Response } from 'express';
import { AppError } from '../../http/app-error.ts';
import type { FindCluster } from '../../ws/clusters.ts';
import { containerIn } from '../../ws/container-check.ts';

export interface PodLogRequest {
  cluster: string;
  namespace: string;
  pod: string;
  /** Absent: kubectl's default container. */
  container?: string | undefined;
  previous: boolean;
  sinceSeconds?: number | undefined;
  tailLines?: number | undefined;
  timestamps: boolean;
}

/** Logs as they are, byte by byte, without following: what `kubectl logs` prints. */
export class PodLogService {
  readonly #findCluster: FindCluster;

  constructor(findCluster: FindCluster) {
    this.#findCluster = findCluster;
  }

  /**
   * Writes a container's log, as fast as the caller takes it. Throws, before anything is written, AppError
   * `containerNotStarted` with the cluster's words or what the cluster answered else.
   */
  async write(
    request: PodLogRequest,
    call: { auditId: string; signal: AbortSignal; res: Response; fileName?: string },
  ): Promise<void> {
    const { auditId, signal, res, fileName } = call;
    const cluster = this.#findCluster(request.cluster);
    if (cluster === undefined) throw new AppError('notFound');
    const { namespace, pod, previous, sinceSeconds, tailLines, timestamps } = request;
    const container =
      request.container ?? defaultContainer(await readPod(cluster.connection, request, { signal }));
    const target = {
      namespace,
      pod,
      container,
      previous,
      timestamps,
      ...(sinceSeconds !== undefined && { sinceSeconds }),
      ...(tailLines !== undefined && { tailLines }),
    };
    const parts = readLogBytes(cluster.connection, target, { auditId, signal });
    // the first part shows whether there is a log at all, while an error can still be answered
    let part = await parts.next().catch(async (error: unknown) => {
      const answer = notStarted(error);
      // or there is none of that name
      if (answer) containerIn(await readPod(cluster.connection, request, { signal }), container);
      throw answer ?? error;
    });
    res.set('X-Content-Type-Options', 'nosniff');
    if (fileName !== undefined) res.attachment(fileName);
    // no charset: nobody knows what a container writes in, and `res.set` would say UTF-8
    res.setHeader('Content-Type', 'text/plain');
    try {
      // one listener for all: behind compression a `once` that has been removed stays
      let goOn = () => {};
      for (const event of ['drain', 'close']) res.on(event, () => goOn());
      signal.addEventListener('abort', () => goOn(), { once: true });
      while (part.done !== true && !res.closed) {
        if (!res.write(part.value)) await new Promise<void>((resolve) => (goOn = resolve));
        part = await parts.next();
      }
      res.end();
    } catch (error) {
      // a reader who has left is nobody's error
      if (!signal.aborted) throw error;
    }
  }
}

function notStarted(error: unknown): AppError | undefined {
  if (!(error instanceof KubeError) || error.reason !== 'api' || !error.is(400)) return undefined;
  const { statusObject, message } = error;
  return new AppError('containerNotStarted', { message: statusObject?.message ?? message }, undefined, {
    clusterStatus: statusObject,
    clusterCode: 400,
    cause: error,
  });
}
