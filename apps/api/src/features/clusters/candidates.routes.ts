import { clusterEndpoints as endpoints } from '@pilothouse/contract';
import { mount, type ApiRouter } from '../../http/mount.ts';
import type { CandidatesService } from './candidates.service.ts';

export function mountCandidates(api: ApiRouter, candidates: CandidatesService): void {
  mount(api, endpoints.listCandidates, async () => ({ items: await candidates.list() }));
  mount(api, endpoints.registerCandidate, ({ params, body }) => candidates.register(params.candidate, body));
  mount(api, endpoints.replaceFromCandidate, ({ params, body }) =>
    candidates.replace(params.candidate, body),
  );
}
