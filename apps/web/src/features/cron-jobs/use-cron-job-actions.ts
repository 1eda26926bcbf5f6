import {
  CopyOutlined,
  DeleteOutlined,
  EditOutlined,
  PauseOutlined,
  PlayCircleOutlined,
  ThunderboltOutlined,
  ToolOutlined,
} from '@ant-design/icons-vue';
import { endpoints } from '@pilothouse/contract';
import type { Component } from 'vue';
import { useI18n } from 'vue-i18n';
import { useRouter } from 'vue-router';
import { call } from '../../api/call.ts';
import { useClusters } from '../../api/clusters.ts';
import { useRights } from '../../api/rights.ts';
import { confirmAction } from '../../components/confirm.ts';
import type { TableAction } from '../../components/RecordsTable/record-column.ts';
import type { CronJob } from './cron-job-types.ts';

const icons = {
  run: ThunderboltOutlined,
  edit: EditOutlined,
  suspend: PauseOutlined,
  resume: PlayCircleOutlined,
  mend: ToolOutlined,
  copy: CopyOutlined,
  delete: DeleteOutlined,
} satisfies Record<string, Component>;
type ActionId = keyof typeof icons;

/** What can be done to cron jobs of a project: to one, or to several at once. `changed` is told afterwards. */
export function useCronJobActions(project: () => string, changed: (what: ActionId) => unknown) {
  const { t } = useI18n();
  const { may } = useRights();
  const router = useRouter();
  const clusters = useClusters();
  const inProject = () => ({ params: { project: project() } });
  const address = ({ id }: CronJob) => ({ params: { project: project(), cronJob: id } });

  async function confirmed(
    id: ActionId,
    cronJobs: readonly CronJob[],
    run: (ids: string[]) => Promise<unknown>,
    consequence = t(`cronJobs.action.${id}.consequence`),
  ): Promise<boolean> {
    const isDone = await confirmAction(() => ({
      title: t(`cronJobs.action.${id}.title`, { count: cronJobs.length }, cronJobs.length),
      objects: cronJobs.map(({ name, cluster, namespace }) => `${name} (${cluster}/${namespace})`),
      consequence,
      verb: t(`cronJobs.action.${id}.label`),
      cluster:
        cronJobs
          .map(({ cluster }) => clusters.byName(cluster))
          .find((cluster) => cluster?.environment === 'production') ?? null,
      isDanger: id === 'delete',
      run: () => run(cronJobs.map((each) => each.id)),
    }));
    if (isDone) changed(id);
    return isDone;
  }

  const run = (cronJob: CronJob) =>
    confirmed('run', [cronJob], () => call(endpoints.runCronJob, address(cronJob)));
  const mend = (cronJob: CronJob) =>
    confirmed('mend', [cronJob], () => call(endpoints.reconcileCronJob, address(cronJob)));
  const suspend = (cronJobs: readonly CronJob[], suspended: boolean) =>
    confirmed(suspended ? 'suspend' : 'resume', cronJobs, (ids) =>
      call(endpoints.suspendCronJobs, { ...inProject(), body: { cronJobs: ids, suspended } }),
    );
  const remove = (cronJobs: readonly CronJob[]) => {
    // without its cluster there is nothing to ask: it is only forgotten
    const abandon = cronJobs.every(({ phase }) => phase === 'detached');
    return confirmed(
      'delete',
      cronJobs,
      (ids) => call(endpoints.deleteCronJobs, { ...inProject(), body: { cronJobs: ids, abandon } }),
      t(abandon ? 'cronJobs.action.delete.forgets' : 'cronJobs.action.delete.consequence'),
    );
  };

  function action<T>(id: ActionId, work: (subject: T) => unknown): TableAction<T> {
    return {
      id,
      label: t(`cronJobs.action.${id}.label`),
      icon: icons[id],
      danger: id === 'delete',
      run: (subject) => void work(subject),
    };
  }

  /** Those that somebody may do to it, and that make sense now. */
  function actionsOf(cronJob: CronJob): TableAction<CronJob>[] {
    if (cronJob.phase === 'removing') return [];
    const at = address(cronJob);
    const isThere = cronJob.phase !== 'detached';
    const mayChange = isThere && may(endpoints.updateCronJob, at);
    const to = (name: string, query = {}) => void router.push({ name, ...at, query });
    return [
      ...(isThere && cronJob.appliedVersion !== null && may(endpoints.runCronJob, at)
        ? [action('run', run)]
        : []),
      ...(cronJob.phase === 'drifted' && may(endpoints.reconcileCronJob, at) ? [action('mend', mend)] : []),
      ...(mayChange ? [action<CronJob>('edit', () => to('editCronJob'))] : []),
      ...(mayChange
        ? [action<CronJob>(cronJob.suspended ? 'resume' : 'suspend', (one) => suspend([one], !one.suspended))]
        : []),
      ...(may(endpoints.createCronJob, inProject())
        ? [
            action<CronJob>('copy', (one) =>
              router.push({ name: 'newCronJob', ...inProject(), query: { copy: one.id } }),
            ),
          ]
        : []),
      ...(may(endpoints.deleteCronJobs, inProject())
        ? [action<CronJob>('delete', (one) => remove([one]))]
        : []),
    ];
  }

  /** What can be done to all that are chosen. */
  function batchActions(cronJobs: readonly CronJob[]): TableAction<readonly CronJob[]>[] {
    if (cronJobs.length === 0) return [];
    const mayChange = may(endpoints.suspendCronJobs, inProject());
    const some = (suspended: boolean) => mayChange && cronJobs.some((each) => each.suspended === suspended);
    return [
      ...(some(false) ? [action<readonly CronJob[]>('suspend', (all) => suspend(all, true))] : []),
      ...(some(true) ? [action<readonly CronJob[]>('resume', (all) => suspend(all, false))] : []),
      ...(may(endpoints.deleteCronJobs, inProject()) ? [action('delete', remove)] : []),
    ];
  }

  return { actionsOf, batchActions, mend };
}
