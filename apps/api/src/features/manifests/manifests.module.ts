import { manifestEndpoints as endpoints } from '@pilothouse/contract';
import type { Core } from '../../core.ts';
import type { Feature } from '../../feature.ts';
import { mount } from '../../http/mount.ts';
import { manifestHandler, manifestsKind } from './manifest-operation.ts';
import { ManifestsService } from './manifests.service.ts';
import type { ObjectDoor } from './object-door.ts';

/** Texts of many documents. */
export function build({ registry, authoriser, operations }: Core, door: ObjectDoor): Feature {
  const find = (name: string) => registry.get(name);
  const manifests = new ManifestsService({ find, door, authoriser, operations });
  return {
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
}
