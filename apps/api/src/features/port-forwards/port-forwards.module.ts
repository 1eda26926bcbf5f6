import { endpoints, portForwardTarget } from '@pilothouse/contract';
import type { Core } from '../../core.ts';
import type { Feature } from '../../feature.ts';
import { mount } from '../../http/mount.ts';
import { ForwardDoor } from './forward-door.ts';
import { forwardHosts } from './forward-host.ts';
import { idleMs, PortForwardsRepository } from './port-forwards.repository.ts';
import { PortForwards } from './port-forwards.service.ts';

/** Ports of Pods in the browser. */
export function build(core: Core): Feature & { isOn: boolean } {
  const { audit, config, database, registry, streamAccess, streams, unitStreams, onError } = core;
  const hosts = forwardHosts(config.forwardUrl, config.publicUrl);
  const repository = new PortForwardsRepository(database);
  const forwards = new PortForwards({
    hosts,
    repository,
    access: streamAccess,
    guard: streams,
    audit,
    findCluster: (name) => registry.get(name),
    unitStreams,
    onError,
  });
  return {
    mount(api) {
      mount(api, endpoints.openPortForward, ({ principal, body, address }) =>
        forwards.open(principal, body, address),
      );
      mount(api, endpoints.listPortForwards, async ({ principal }) => ({
        forwards: await forwards.list(principal),
      }));
      mount(api, endpoints.enterPortForward, async ({ principal, params }) => {
        const { url } = await forwards.enter(principal, params.forward);
        return { url };
      });
      mount(api, endpoints.stopPortForward, async ({ principal, params, noteAudit }) => {
        const row = await forwards.end(principal, params.forward);
        const { cluster, namespace, name } = portForwardTarget(row);
        noteAudit({ target: { cluster, namespace, name }, params: { port: row.port } });
      });
    },
    hosts: hosts === null ? [] : [new ForwardDoor(hosts, forwards)],
    retention: [{ keepMs: idleMs, prune: (before, most) => repository.prune(before, most) }],
    start: () => forwards.start(),
    stop: () => forwards.stop(),
    /** Whether anything is forwarded here. */
    isOn: hosts !== null,
  };
}
