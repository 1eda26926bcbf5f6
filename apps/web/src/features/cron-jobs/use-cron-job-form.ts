import { cronJobSpec, endpoints } from '@pilothouse/contract';
import { pathText, valueAt } from '@pilothouse/kinds';
import { z } from 'zod';
import { fieldErrorsOf } from '../../api/api-error.ts';
import { call } from '../../api/call.ts';
import { useFieldText } from '../../components/form/field-text.ts';
import { specPath } from '../../resources/spec/spec-path.ts';
import { useReviewedDraft } from '../../resources/spec/use-reviewed-draft.ts';
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
 * written.
 */
export function useCronJobForm(options: {
  project: string;
  cronJob?: string | undefined;
  copy?: string | undefined;
}) {
  const { project, cronJob } = options;
  const spec = useSpecDraft();
  const fieldText = useFieldText();
  let planned: Written | null = null;

  const read = (id: string) => call(endpoints.getCronJob, { params: { project, cronJob: id } });
  const formOf = ({ name, namespaceId, spec: of }: Pick<CronJobDetail, 'name' | 'namespaceId' | 'spec'>) => ({
    name,
    namespaceId,
    spec: withoutNulls(of),
  });

  const draft = useReviewedDraft<CronJobDetail, CronJobPlan>(spec, {
    read: () => read(cronJob ?? ''),
    formOf,
    plan,
    refuse,
  });

  /** @param namespaceId where a new one is, unless the user says otherwise. */
  async function load(namespaceId: string | undefined) {
    spec.failure.value = null;
    try {
      if (cronJob !== undefined) {
        draft.detail.value = await read(cronJob);
        return spec.begin(formOf(draft.detail.value));
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
        const value = valueAt(current.object, path);
        return { field: pathText(path), message: () => fieldText({ ...each, value }) };
      }),
      current.object,
    );
    return true;
  }

  async function plan(): Promise<CronJobPlan | null> {
    planned = spec.check(written);
    if (planned === null) return null;
    const body = { ...planned, ...(cronJob !== undefined && { cronJob }) };
    const answer = await call(endpoints.planCronJob, { params: { project }, body });
    spec.show(answer.problems, ['spec']);
    return answer.problems.length === 0 ? answer : null;
  }

  function write({ spec: wanted, ...place }: Written, reason: string): Promise<CronJobDetail> {
    const params = { project };
    const known = draft.detail.value;
    if (known === null)
      return call(endpoints.createCronJob, { params, body: { ...place, spec: wanted, reason } });
    return call(endpoints.updateCronJob, {
      params: { ...params, cronJob: known.id },
      body: { spec: wanted, version: known.version, reason },
    });
  }

  return {
    ...draft,
    load,
    /** The id of what was written; null where it was refused. */
    save: async (reason: string): Promise<string | null> => {
      const wanted = planned;
      if (wanted === null) return null;
      return (await draft.save(() => write(wanted, reason)))?.id ?? null;
    },
  };
}
