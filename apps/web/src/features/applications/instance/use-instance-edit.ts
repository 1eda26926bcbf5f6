import { endpoints, instanceSpec, type InputOf } from '@pilothouse/contract';
import { isRecord, listKeysOf, threeWayMerge, type MergeChoice, type MergeConflict } from '@pilothouse/kinds';
import { computed, reactive, ref, shallowRef, watch } from 'vue';
import { ApiError, fieldErrorsOf } from '../../../api/api-error.ts';
import { call } from '../../../api/call.ts';
import { useFieldText } from '../../../components/form/field-text.ts';
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
 * cluster, then the write. When somebody else was faster both are joined, and what both changed is asked.
 */
export function useInstanceEdit({ application, instance, copy }: WrittenInstance) {
  const spec = useSpecDraft();
  const fieldText = useFieldText();
  const shared = shallowRef<ApplicationDetail | null>(null);
  const project = shallowRef<ProjectDetail | null>(null);
  const detail = shallowRef<InstanceDetail | null>(null);
  const place = reactive({ name: '', namespaceId: '' });
  const placeErrors = ref<Record<string, string>>({});
  const plan = shallowRef<InstancePlan | null>(null);
  const planFailure = shallowRef<unknown>(null);
  const conflicts = shallowRef<MergeConflict[] | null>(null);
  const isJoined = ref(false);
  const isBusy = ref(false);
  const isSaved = ref(false);
  let planned: InstanceSpec | null = null;

  const namespace = computed(() => project.value?.openNamespaces.find(({ id }) => id === place.namespaceId));
  watch([() => place.name, () => place.namespaceId], () => (placeErrors.value = {}));

  async function alone(work: () => Promise<void>) {
    if (isBusy.value) return;
    isBusy.value = true;
    try {
      await work();
    } finally {
      isBusy.value = false;
    }
  }

  async function load() {
    spec.failure.value = null;
    try {
      shared.value = await call(endpoints.getApplication, { params: { application } });
      project.value = await call(endpoints.getProject, { params: { project: shared.value.project } });
      const model = instance ?? copy;
      const known =
        model === null
          ? null
          : await call(endpoints.getInstance, { params: { application, instance: model } });
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
    placeErrors.value = Object.fromEntries(own.map((each) => [each.field, fieldText(each)]));
    if (own.length > 0) return true;
    return spec.refuse(error);
  }

  function placeIsFine(): boolean {
    const result = endpoints.createInstance.body.pick({ name: true, namespaceId: true }).safeParse(place);
    placeErrors.value = Object.fromEntries(
      (result.error?.issues ?? []).map((issue) => {
        const field = issue.path[0] as keyof typeof place;
        return [field, fieldText({ ...issue, value: place[field] })];
      }),
    );
    return result.success;
  }

  async function review() {
    planFailure.value = null;
    const isFine = placeIsFine();
    planned = spec.check(instanceSpec);
    if (planned === null || !isFine) return;
    try {
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
      if (answer.problems.length === 0) plan.value = answer;
    } catch (error) {
      refuse(error);
    }
  }

  async function join(choices?: ReadonlyMap<string, MergeChoice>) {
    const base = detail.value;
    const mine = spec.draft.value?.object;
    if (base === null || mine === undefined || instance === null) return;
    const theirs = await call(endpoints.getInstance, { params: { application, instance } });
    const there = shownSpec(theirs.spec);
    const result = threeWayMerge(shownSpec(base.spec), there, mine, listKeysOf(null), choices);
    if (choices === undefined && result.conflicts.length > 0) {
      conflicts.value = result.conflicts;
      return;
    }
    conflicts.value = null;
    isJoined.value = choices === undefined;
    detail.value = theirs;
    spec.draft.value?.startFrom(there as never);
    if (isRecord(result.merged)) spec.draft.value?.assign(result.merged as never);
    await review();
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

  async function save(reason: string): Promise<InstanceDetail | null> {
    if (planned === null) return null;
    planFailure.value = null;
    try {
      const written = await write(planned, reason);
      isSaved.value = true;
      return written;
    } catch (error) {
      if (error instanceof ApiError && error.code === 'changedMeanwhile' && instance !== null) {
        plan.value = null;
        await join();
      } else if (refuse(error)) plan.value = null;
      else {
        // what is no field's stays with the button that was pressed
        planFailure.value = error;
        spec.failure.value = null;
      }
      return null;
    }
  }

  const isBehind = computed(
    () =>
      detail.value !== null &&
      shared.value !== null &&
      detail.value.applicationVersion < shared.value.version,
  );

  return {
    ...spec,
    shared,
    project,
    detail,
    namespace,
    place,
    placeErrors,
    isBehind,
    plan,
    planFailure,
    conflicts,
    isJoined,
    isBusy,
    isNothing: computed(() => instance !== null && spec.draft.value?.isChanged === false && !isBehind.value),
    isUnsaved: computed(
      () =>
        !isSaved.value && (spec.draft.value?.isChanged === true || (instance === null && place.name !== '')),
    ),
    load,
    review: () => {
      isJoined.value = false;
      return alone(review);
    },
    resolve: (choices: ReadonlyMap<string, MergeChoice>) => alone(() => join(choices)),
    back: () => {
      plan.value = null;
      conflicts.value = null;
      planFailure.value = null;
    },
    save: async (reason: string): Promise<InstanceDetail | null> => {
      let written: InstanceDetail | null = null;
      await alone(async () => {
        written = await save(reason);
      });
      return written;
    },
  };
}
