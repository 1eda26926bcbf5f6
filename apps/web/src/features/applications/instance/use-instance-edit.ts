import { endpoints, instanceSpec, type InputOf } from '@pilothouse/contract';
import { computed, reactive, shallowRef, watch } from 'vue';
import { fieldErrorsOf } from '../../../api/api-error.ts';
import { call } from '../../../api/call.ts';
import { problemsOf, useFieldErrors } from '../../../components/form/use-field-errors.ts';
import { useReviewedDraft } from '../../../resources/spec/use-reviewed-draft.ts';
import { useSpecDraft } from '../../../resources/spec/use-spec-draft.ts';
import type {
  ApplicationDetail,
  InstanceDetail,
  InstancePlan,
  InstanceSpec,
  ProjectDetail,
} from '../application-types.ts';

/** Which instance is written: a new one (after the model of `copy`), or one that is there. */
export interface WrittenInstance {
  application: string;
  instance: string | null;
  copy: string | null;
}

const empty = { image: '', replicas: 1, overrides: { container: {}, pod: {} } };

/** A spec without what only says that there is nothing. */
function shownSpec({ autoscaling, ...spec }: InstanceSpec): object {
  return autoscaling === null ? spec : { ...spec, autoscaling };
}

/**
 * Writing an instance: its place, its spec with what it says otherwise than its application, what comes of it in its
 * cluster, then the write.
 */
export function useInstanceEdit({ application, instance, copy }: WrittenInstance) {
  const spec = useSpecDraft();
  const shared = shallowRef<ApplicationDetail | null>(null);
  const project = shallowRef<ProjectDetail | null>(null);
  const place = reactive({ name: '', namespaceId: '' });
  const { problems: placeProblems, errors: placeErrors } = useFieldErrors();
  let planned: InstanceSpec | null = null;

  const namespace = computed(() => project.value?.openNamespaces.find(({ id }) => id === place.namespaceId));
  watch([() => place.name, () => place.namespaceId], () => (placeProblems.value = {}));

  const read = (id: string) => call(endpoints.getInstance, { params: { application, instance: id } });
  const draft = useReviewedDraft<InstanceDetail, InstancePlan>(spec, {
    read: () => read(instance ?? ''),
    formOf: (detail) => shownSpec(detail.spec),
    plan,
    refuse,
  });
  const { detail, isSaved } = draft;

  async function load() {
    spec.failure.value = null;
    try {
      shared.value = await call(endpoints.getApplication, { params: { application } });
      project.value = await call(endpoints.getProject, { params: { project: shared.value.project } });
      const model = instance ?? copy;
      const known = model === null ? null : await read(model);
      if (instance !== null) detail.value = known;
      if (instance !== null && known !== null) place.name = known.name;
      const [only, ...others] = project.value.openNamespaces;
      place.namespaceId = known?.namespaceId ?? (others.length === 0 ? (only?.id ?? '') : '');
      spec.begin(known === null ? empty : shownSpec(known.spec));
    } catch (error) {
      spec.failure.value = error;
    }
  }

  function refuse(error: unknown): boolean {
    const own = fieldErrorsOf(error).filter(({ field }) => field in place);
    placeProblems.value = Object.fromEntries(own.map((each) => [each.field, each]));
    if (own.length > 0) return true;
    return spec.refuse(error);
  }

  function placeIsFine(): boolean {
    const result = endpoints.createInstance.body.pick({ name: true, namespaceId: true }).safeParse(place);
    const found = Object.entries(problemsOf(result.error?.issues ?? []));
    placeProblems.value = Object.fromEntries(
      found.map(([field, issue]) => [field, { ...issue, value: place[field as keyof typeof place] }]),
    );
    return result.success;
  }

  async function plan(): Promise<InstancePlan | null> {
    const isFine = placeIsFine();
    planned = spec.check(instanceSpec);
    if (planned === null || !isFine) return null;
    const answer = await call(endpoints.planInstance, {
      params: { application },
      body: {
        ...place,
        spec: planned,
        ...(instance === null ? {} : { instance, applicationVersion: shared.value?.version }),
      },
    });
    // what is said of the effective spec stands at what the instance says of it
    spec.show(answer.problems, ['overrides']);
    return answer.problems.length === 0 ? answer : null;
  }

  async function write(body: InstanceSpec, reason: string): Promise<InstanceDetail> {
    if (instance === null || detail.value === null)
      return call(endpoints.createInstance, {
        params: { application },
        body: { ...place, spec: body, reason },
      });
    const update: InputOf<typeof endpoints.updateInstance>['body'] = {
      spec: body,
      version: detail.value.version,
      reason,
    };
    // what was shown is the application's newest, so that goes along
    if (shared.value !== null) update.applicationVersion = shared.value.version;
    return call(endpoints.updateInstance, { params: { application, instance }, body: update });
  }

  const isBehind = computed(
    () =>
      detail.value !== null &&
      shared.value !== null &&
      detail.value.applicationVersion < shared.value.version,
  );

  return {
    ...draft,
    shared,
    project,
    namespace,
    place,
    placeErrors,
    isBehind,
    isNothing: computed(() => instance !== null && spec.draft.value?.isChanged === false && !isBehind.value),
    isUnsaved: computed(
      () => draft.isUnsaved.value || (!isSaved.value && instance === null && place.name !== ''),
    ),
    load,
    save: async (reason: string): Promise<InstanceDetail | null> => {
      const wanted = planned;
      return wanted === null ? null : draft.save(() => write(wanted, reason));
    },
  };
}
