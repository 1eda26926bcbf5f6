import { manifestEndpoints as endpoints } from '@pilothouse/contract';
import type { Core } from '../../core.ts';
import type { Feature } from '../../feature.ts';
import { mount } from '../../http/mount.ts';
import {
  applyManifest,
  auditOf,
  manifestHandler,
  manifestItem,
  manifestsKind,
  requirementsOf,
} from './manifest-operation.ts';
import { ManifestsService } from './manifests.service.ts';
import type { ObjectDoor } from './object-door.ts';

/** Texts of many documents. */
export function build({ registry, authoriser, operations }: Core, door: ObjectDoor) {
  const find = (name: string) => registry.get(name);
  const manifests = new ManifestsService({ find, door, authoriser, operations });
  const feature: Feature = {
    mount(api) {
      mount(
        api,
        endpoints.planManifests,
        async ({ params, query, body, principal, auditId, signal, noteAudit }) => {
          const answer = await manifests.plan(
            { params, query, body },
            { subject: principal, auditId },
            signal,
          );
          noteAudit({ params: { documents: answer.documents.length } });
          return answer;
        },
      );
      mount(api, endpoints.runManifests, async ({ params, query, body, principal, address, signal }) => {
        const { userId, username } = principal;
        const actor = { userId, username, address };
        return { operation: await manifests.run({ params, query, body }, actor, signal) };
      });
    },
    operations: (runner) => runner.register(manifestsKind, manifestHandler(door, find)),
  };
  /** The same for other features: plans, and one document at a time. */
  const documents = {
    item: manifestItem,
    plan: manifests.plan.bind(manifests),
    prepare: manifests.prepare.bind(manifests),
    requirementsOf,
    auditOf,
    apply: (run: Parameters<typeof applyManifest>[2]) => applyManifest(door, find, run),
  };
  return { ...feature, documents };
}
