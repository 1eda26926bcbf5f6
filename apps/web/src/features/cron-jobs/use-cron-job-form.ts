import { cronJobSpec, endpoints } from '@pilothouse/contract';
import {
  listKeysOf,
  pathText,
  threeWayMerge,
  valueAt,
  type MergeChoice,
  type MergeConflict,
} from '@pilothouse/kinds';
import { computed, ref, shallowRef } from 'vue';
import { z } from 'zod';
import { ApiError, fieldErrorsOf } from '../../api/api-error.ts';
import { call } from '../../api/call.ts';
import { useFieldText } from '../../components/form/field-text.ts';
import { specPath } from '../../resources/spec/spec-path.ts';
import { useSpecDraft } from '../../resources/spec/use-spec-draft.ts';
import type { CronJobDetail, CronJobPlan, CronJobSpec } from './cron-job-types.ts';

/** What the form writes: a cron job and where it is. */
const written = z.strictObject({
  name: endpoints.createCronJob.body.shape.name,
  namespaceId: endpoints.createCronJob.body.shape.namespaceId,
  spec: cronJobSpec,
});
type Written = z.output<typeof written>;

/** What a new one begins with: what the schema assumes, so that the form shows it. */
function newSpec(): CronJobSpec {
  const { timeZone } = Intl.DateTimeFormat().resolvedOptions();
  const assumed = cronJobSpec.parse({ image: '-', schedule: '-', timeZone });
  return withoutNulls({ ...assumed, image: '', schedule: '' });
}

/** As fields have it: what is not set is not there. */
function withoutNulls<T extends object>(spec: T): T {
  return Object.fromEntries(Object.entries(spec).filter(([, value]) => value !== null)) as T;
}

/**
 * Writes a cron job, a new one or the next version of one: its cluster tries it, the user sees what changes, then it is
 * written. When somebody else was faster both are joined, and what both changed is asked.
 */
export function useCronJobForm(options: {
  project: string;
  cronJob?: string | undefined;
  copy?: string | undefined;
}) {
  const { project, cronJob } = options;
  const spec = useSpecDraft();
  const fieldText = useFieldText();
  const detail = shallowRef<CronJobDetail | null>(null);
  const plan = shallowRef<CronJobPlan | null>(null);
  /** Refused while the plan is looked at. */
  const planFailure = shallowRef<unknown>(null);
  const conflicts = shallowRef<MergeConflict[] | null>(null);
  const isJoined = ref(false);
  const isBusy = ref(false);
  const isSaved = ref(false);
  let planned: Written | null = null;

  const read = (id: string) => call(endpoints.getCronJob, { params: { project, cronJob: id } });
  const formOf = ({ name, namespaceId, spec: of }: Pick<CronJobDetail, 'name' | 'namespaceId' | 'spec'>) => ({
    name,
    namespaceId,
    spec: withoutNulls(of),
  });

  /** @param namespaceId where a new one is, unless the user says otherwise. */
  async function load(namespaceId: string | undefined) {
    spec.failure.value = null;
    try {
      if (cronJob !== undefined) {
        detail.value = await read(cronJob);
        return spec.begin(formOf(detail.value));
      }
      const model = options.copy === undefined ? null : await read(options.copy);
      const place = namespaceId === undefined ? {} : { namespaceId };
      spec.begin(model === null ? { name: '', ...place, spec: newSpec() } : { ...formOf(model), name: '' });
    } catch (error) {
      spec.failure.value = error;
    }
  }

  /** What a refused call says of fields stands there, everything else above the form. */
  function refuse(error: unknown): boolean {
    const current = spec.draft.value;
    const own = fieldErrorsOf(error).filter(
      ({ field }) => field in written.shape || field.startsWith('spec.'),
    );
    if (current === null || own.length === 0) {
      spec.failure.value = error;
      return false;
    }
    current.errors.set(
      own.map((each) => {
        const path = specPath(each.field, current.object);
        return {
          field: pathText(path),
          message: fieldText({ ...each, value: valueAt(current.object, path) }),
        };
      }),
      current.object,
    );
    return true;
  }

  async function review() {
    planned = spec.check(written);
    if (planned === null) return;
    try {
      const body = { ...planned, ...(cronJob !== undefined && { cronJob }) };
      const answer = await call(endpoints.planCronJob, { params: { project }, body });
      spec.show(answer.problems, ['spec']);
      if (answer.problems.length === 0) plan.value = answer;
    } catch (error) {
      refuse(error);
    }
  }

  /** Takes in what somebody else made of it meanwhile. */
  async function join(choices?: ReadonlyMap<string, MergeChoice>) {
    const current = spec.draft.value;
    const base = detail.value;
    if (current === null || base === null) return;
    const theirs = await read(base.id);
    const result = threeWayMerge(formOf(base), formOf(theirs), current.object, listKeysOf(null), choices);
    if (choices === undefined && result.conflicts.length > 0) {
      conflicts.value = result.conflicts;
      return;
    }
    conflicts.value = null;
    isJoined.value = choices === undefined;
    detail.value = theirs;
    current.startFrom(formOf(theirs) as never);
    current.assign(result.merged as never);
    await review();
  }

  /** The id of what was written; null where it was refused. */
  async function save(reason: string): Promise<string | null> {
    if (planned === null) return null;
    planFailure.value = null;
    const { spec: wanted, ...place } = planned;
    try {
      const answer =
        detail.value === null
          ? await call(endpoints.createCronJob, {
              params: { project },
              body: { ...place, spec: wanted, reason },
            })
          : await call(endpoints.updateCronJob, {
              params: { project, cronJob: detail.value.id },
              body: { spec: wanted, version: detail.value.version, reason },
            });
      isSaved.value = true;
      return answer.id;
    } catch (error) {
      if (error instanceof ApiError && error.code === 'changedMeanwhile') {
        plan.value = null;
        await join();
      } else if (refuse(error)) plan.value = null;
      else planFailure.value = error;
      return null;
    }
  }

  async function alone<T>(work: () => Promise<T>): Promise<T | null> {
    if (isBusy.value) return null;
    isBusy.value = true;
    try {
      return await work();
    } catch (error) {
      spec.failure.value = error;
      return null;
    } finally {
      isBusy.value = false;
    }
  }

  return {
    ...spec,
    detail,
    plan,
    planFailure,
    conflicts,
    isJoined,
    isBusy,
    isUnsaved: computed(() => !isSaved.value && spec.draft.value?.isChanged === true),
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
    save: (reason: string) => alone(() => save(reason)),
  };
}
