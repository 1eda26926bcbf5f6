import { type ApplicationSpec, type NamespaceDefaults, type SpecProblemView } from '@pilothouse/contract';
import { applicationSecretName, checkSpec, effectiveSpec } from '@pilothouse/manifests';
import type { Authoriser, Subject } from '../../authz/authoriser.ts';
import type { ProjectNamespaces } from '../../projects/project-namespaces.repository.ts';
import { requireDangerousFields, requireNoProblems } from '../../projects/spec-rules.ts';
import type { InstanceRow } from './instance.repository.ts';

type Place = Pick<InstanceRow, 'applicationId' | 'namespaceId' | 'spec'>;

const nothing = { container: {}, pod: {} };
const noDefaults: NamespaceDefaults = {
  resources: {},
  tolerations: [],
  nodeSelector: {},
  imagePullSecrets: [],
  registryPrefix: '',
  ingressHosts: [],
};

/** What may not be in a spec: what cannot run, and what needs a right of its own that its writer does not have. */
export class SpecGuard {
  readonly #authoriser: Pick<Authoriser, 'require'>;
  readonly #namespaces: ProjectNamespaces;

  constructor(authoriser: Pick<Authoriser, 'require'>, namespaces: ProjectNamespaces) {
    this.#authoriser = authoriser;
    this.#namespaces = namespaces;
  }

  /** Of instances with what they have of their application. Throws `specRefused` or `forbidden`. */
  async require(
    subject: Subject,
    places: Place | readonly Place[],
    application: ApplicationSpec,
  ): Promise<void> {
    const all = [places].flat();
    for (const { place, problems, spec, defaults } of await this.#effective(all, application)) {
      requireNoProblems(problems);
      const pulls = defaults.imagePullSecrets.map(({ name }) => name);
      const secrets = [applicationSecretName(place.applicationId), ...pulls];
      await requireDangerousFields(this.#authoriser, subject, place.applicationId, { spec, secrets });
    }
  }

  /** Of what instances share, where there is none yet. Throws `forbidden`; problems may be an instance's to solve. */
  async requireShared(
    subject: Subject,
    { node, project }: { node: string; project: string },
    application: ApplicationSpec,
  ): Promise<void> {
    const layers = { application, instance: { overrides: nothing }, defaults: noDefaults };
    const places = await this.#namespaces.list(project);
    const pulls = places.flatMap(({ defaults }) => defaults.imagePullSecrets.map(({ name }) => name));
    const secrets = [applicationSecretName(node), ...pulls];
    await requireDangerousFields(this.#authoriser, subject, node, {
      spec: effectiveSpec(layers).spec,
      secrets,
    });
  }

  /** Of what a project says for all that runs in one of its namespaces. Throws `forbidden`. */
  async requireDefaults(subject: Subject, project: string, defaults: NamespaceDefaults): Promise<void> {
    const layers = { application: nothing, instance: { overrides: nothing }, defaults };
    const secrets = defaults.imagePullSecrets.map(({ name }) => name);
    await requireDangerousFields(this.#authoriser, subject, project, {
      spec: effectiveSpec(layers).spec,
      secrets,
    });
  }

  /** What keeps any of the instances from running, each problem once. */
  async problemsOf(places: readonly Place[], application: ApplicationSpec): Promise<SpecProblemView[]> {
    const found = new Map<string, SpecProblemView>();
    for (const { problems } of await this.#effective(places, application))
      for (const problem of problems) found.set(`${problem.path} ${problem.code}`, problem);
    return [...found.values()];
  }

  async #effective(places: readonly Place[], application: ApplicationSpec) {
    const namespaces = await this.#namespaces.byId([
      ...new Set(places.map(({ namespaceId }) => namespaceId)),
    ]);
    return places.map((place) => {
      const { autoscaling } = place.spec;
      const defaults = namespaces.get(place.namespaceId)?.defaults ?? noDefaults;
      const effective = effectiveSpec({ application, instance: place.spec, defaults });
      const problems = checkSpec(effective, { ...defaults, autoscaling });
      return { place, problems, spec: effective.spec, defaults };
    });
  }
}
