import type { endpoints, InputOf, OutputOf } from '@pilothouse/contract';
import type { Author } from '../../authz/principal.ts';
import { AppError } from '../../http/app-error.ts';
import type { ProjectNamespaces } from '../../projects/project-namespaces.repository.ts';
import { driftedField } from '../../reconcile/drift.ts';
import type { Reconciler } from '../../reconcile/reconciler.ts';
import type { ApplicationRepository } from './application.repository.ts';
import { DriftedInstance } from './drifted-instance.ts';
import type { InstanceRepository } from './instance.repository.ts';
import type { InstanceRef, InstanceService } from './instance.service.ts';
import type { InstanceDetail } from './instance-views.ts';
import type { Rendering } from './rendering.ts';

type Drift = OutputOf<typeof endpoints.getInstanceDrift>;
type Plan = OutputOf<typeof endpoints.planAdoption>;
type Adoption = InputOf<typeof endpoints.adoptDrift>['body'];

interface Parts {
  instances: InstanceRepository;
  service: Pick<InstanceService, 'plan' | 'unit' | 'update'>;
  applications: ApplicationRepository;
  namespaces: ProjectNamespaces;
  rendering: Rendering;
  reconciler: Pick<Reconciler, 'live' | 'adopted' | 'mend'>;
}

/** Takes what others have changed of an instance in its cluster over into the instance, as a new version of it. */
export class DriftAdoption {
  readonly #parts: Parts;

  constructor(parts: Parts) {
    this.#parts = parts;
  }

  /** Throws `notFound`, `clusterNotRegistered`, or where the cluster cannot be asked. */
  async drift(ref: InstanceRef): Promise<Drift> {
    const drifted = await this.#drifted(ref);
    const { version, spec } = drifted.row;
    return {
      version,
      spec,
      fields: drifted.changed().map((each) => ({
        ...driftedField(each.field, Infinity),
        id: each.id,
        problem: drifted.adopted([each]).problem,
      })),
    };
  }

  /** Throws as {@link drift} does, and as {@link adopt} what cannot be adopted. */
  async plan(ref: InstanceRef, fields: readonly string[]): Promise<Plan> {
    const { row, ...drifted } = await this.#chosen(ref, fields);
    const { name, namespaceId, applicationVersion } = row;
    const wanted = { instance: row.id, name, namespaceId, applicationVersion, spec: drifted.spec };
    return { spec: drifted.spec, ...(await this.#parts.service.plan(ref.application, wanted)) };
  }

  /**
   * Throws as {@link drift} does, and as an update of the instance; `changedMeanwhile` where the cluster has something else
   * by now, `invalidField` for what cannot be adopted.
   */
  async adopt(author: Author, ref: InstanceRef, body: Adoption): Promise<InstanceDetail> {
    const { reconciler, service } = this.#parts;
    const { version, reason, mendOthers } = body;
    const { spec, unit, left } = await this.#chosen(ref, body.fields);
    return service.update(author, ref, { spec, version, reason }, async (queries) => {
      await reconciler.adopted(
        queries,
        unit,
        left.map((field) => driftedField(field)),
      );
      if (mendOthers) await reconciler.mend(queries, unit);
    });
  }

  async #chosen(ref: InstanceRef, ids: readonly string[]) {
    const drifted = await this.#drifted(ref);
    const { row, unit } = drifted;
    const all = new Map(drifted.changed().map((each) => [each.id, each]));
    const chosen = ids.map((id) => {
      const found = all.get(id);
      if (found === undefined) throw new AppError('changedMeanwhile', { what: row.name });
      return found;
    });
    const { problem, spec } = drifted.adopted(chosen);
    if (problem !== null)
      throw new AppError('invalidField', { field: 'body.fields', reason: problem }, 'body.fields');
    const left = drifted.changed(spec).map(({ field }) => field);
    return { row, unit, spec, left };
  }

  async #drifted(ref: InstanceRef): Promise<DriftedInstance> {
    const { applications, instances, namespaces, reconciler, rendering, service } = this.#parts;
    const unit = await service.unit(ref);
    const row = await instances.find(ref.instance);
    const place = row === null ? null : await namespaces.find(row.namespaceId);
    if (row === null || place === null) throw new AppError('notFound');
    return new DriftedInstance({
      row,
      unit,
      application: await applications.spec(row.applicationId, row.applicationVersion),
      defaults: place.defaults,
      rendering: await rendering.of(row.applicationId, [row.namespaceId]),
      live: await reconciler.live(unit),
    });
  }
}
