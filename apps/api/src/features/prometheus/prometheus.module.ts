import { prometheusEndpoints as endpoints } from '@pilothouse/contract';
import type { Core } from '../../core.ts';
import type { Feature } from '../../feature.ts';
import { AppError } from '../../http/app-error.ts';
import { mount } from '../../http/mount.ts';
import { PrometheusRepository } from './prometheus.repository.ts';
import { PrometheusService } from './prometheus.service.ts';

/** The Prometheus of a cluster: where it is, and what it measured. */
export function build({ config, database, registry, secrets }: Core) {
  const service = new PrometheusService({
    repository: new PrometheusRepository(database, secrets),
    addressPolicy: { allowLoopback: config.allowLoopbackClusters },
  });
  const idOf = (cluster: string) => {
    const id = registry.idOf(cluster);
    if (id === undefined) throw new AppError('notFound');
    return id;
  };
  return {
    mount(api) {
      mount(api, endpoints.getPrometheus, ({ params }) => service.get(idOf(params.cluster)));
      mount(api, endpoints.setPrometheus, ({ params, body, signal }) =>
        service.set(idOf(params.cluster), body, signal),
      );
      mount(api, endpoints.deletePrometheus, ({ params }) => service.remove(idOf(params.cluster)));
    },
    /** What the charts of use ask. */
    history: service.history.bind(service),
  } satisfies Feature & Record<string, unknown>;
}
