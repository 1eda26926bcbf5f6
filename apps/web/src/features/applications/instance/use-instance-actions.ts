import {
  CopyOutlined,
  DeleteOutlined,
  EditOutlined,
  FileImageOutlined,
  PauseOutlined,
  PlayCircleOutlined,
  ReloadOutlined,
  SwapOutlined,
  ToolOutlined,
} from '@ant-design/icons-vue';
import { endpoints } from '@pilothouse/contract';
import { shallowRef, type Component } from 'vue';
import { useI18n } from 'vue-i18n';
import { useRouter } from 'vue-router';
import { call } from '../../../api/call.ts';
import { useClusters } from '../../../api/clusters.ts';
import { useRights } from '../../../api/rights.ts';
import { useErrorText } from '../../../api/translate-error.ts';
import { confirmAction } from '../../../components/confirm.ts';
import type { TableAction } from '../../../components/RecordsTable/record-column.ts';
import type { Instance } from '../application-types.ts';
import { runEach } from './run-each.ts';

const icons: Record<string, Component> = {
  edit: EditOutlined,
  setImage: FileImageOutlined,
  scale: SwapOutlined,
  restart: ReloadOutlined,
  pause: PauseOutlined,
  resume: PlayCircleOutlined,
  mend: ToolOutlined,
  copy: CopyOutlined,
  delete: DeleteOutlined,
};

export const placeOf = ({ name, cluster, namespace }: Pick<Instance, 'name' | 'cluster' | 'namespace'>) =>
  `${name} (${cluster}/${namespace})`;

/** What can be done to instances: to one, or to several at once. `changed` is told afterwards. */
export function useInstanceActions(changed: () => unknown) {
  const { t } = useI18n();
  const { may } = useRights();
  const router = useRouter();
  const clusters = useClusters();
  const errorText = useErrorText();
  /** What `InstanceDialog` asks for. */
  const dialog = shallowRef<{ kind: 'scale' | 'setImage'; instances: readonly Instance[] } | null>(null);

  const paramsOf = ({ application, id }: Instance) => ({ params: { application, instance: id } });
  const production = (instances: readonly Instance[]) =>
    instances
      .map(({ cluster }) => clusters.byName(cluster))
      .find((cluster) => cluster?.environment === 'production') ?? null;

  async function confirmed(
    id: 'restart' | 'pause' | 'resume' | 'mend' | 'delete' | 'abandon',
    instances: readonly Instance[],
    run: (instance: Instance) => Promise<unknown>,
    options: { isDanger?: boolean; consequence?: string } = {},
  ): Promise<boolean> {
    const count = instances.length;
    const isDone = await confirmAction({
      title: t(`instances.action.${id}.title`, { count }, count),
      objects: instances.map(placeOf),
      consequence: options.consequence ?? t(`instances.action.${id}.consequence`),
      verb: t(`instances.action.${id}.label`),
      cluster: production(instances),
      isDanger: options.isDanger ?? false,
      run: () => runEach(instances, run, errorText),
    });
    if (isDone) changed();
    return isDone;
  }

  const restart = (instances: readonly Instance[]) =>
    confirmed('restart', instances, (each) => call(endpoints.restartInstance, paramsOf(each)));
  const pause = (instances: readonly Instance[], paused: boolean) =>
    confirmed(paused ? 'pause' : 'resume', instances, (each) =>
      call(endpoints.pauseInstance, { ...paramsOf(each), body: { paused } }),
    );
  const mend = (instances: readonly Instance[]) =>
    confirmed('mend', instances, (each) => call(endpoints.reconcileInstance, paramsOf(each)));
  /** @param objects what goes with it, where that is known. */
  const remove = (instances: readonly Instance[], objects?: readonly string[]) => {
    // without its cluster there is nothing to ask: it is only forgotten
    const isLost = instances.every(({ phase }) => phase === 'detached');
    return confirmed(
      isLost ? 'abandon' : 'delete',
      instances,
      (each) =>
        call(endpoints.deleteInstance, {
          ...paramsOf(each),
          query: each.phase === 'detached' ? { abandon: 'true' } : {},
        }),
      {
        isDanger: true,
        ...(objects === undefined || objects.length === 0 || isLost
          ? {}
          : { consequence: t('instances.action.delete.named', { objects: objects.join(', ') }) }),
      },
    );
  };
  /** Forgets one whose cluster does not answer. */
  const abandon = (instance: Instance) =>
    confirmed(
      'abandon',
      [instance],
      (each) => call(endpoints.deleteInstance, { ...paramsOf(each), query: { abandon: 'true' } }),
      { isDanger: true },
    );

  function action<T>(id: string, run: (subject: T) => unknown, isDanger = false): TableAction<T> {
    return {
      id,
      label: t(`instances.action.${id}.label`),
      icon: icons[id] as Component,
      danger: isDanger,
      run: (subject) => void run(subject),
    };
  }

  function actionsOf(instance: Instance): TableAction<Instance>[] {
    if (instance.phase === 'removing') return [];
    const params = paramsOf(instance);
    const offered = (isOffered: boolean, one: () => TableAction<Instance>) => (isOffered ? [one()] : []);
    const isThere = instance.phase !== 'detached';
    const to = (name: string, query = {}) => void router.push({ name, ...params, query });
    return [
      ...offered(isThere && may(endpoints.updateInstance, params), () =>
        action('edit', () => to('editInstance')),
      ),
      ...offered(isThere && may(endpoints.setInstanceImage, params), () =>
        action('setImage', (one) => (dialog.value = { kind: 'setImage', instances: [one] })),
      ),
      ...offered(isThere && may(endpoints.scaleInstance, params), () =>
        action('scale', (one) => (dialog.value = { kind: 'scale', instances: [one] })),
      ),
      ...offered(isThere && may(endpoints.restartInstance, params), () =>
        action('restart', (one) => restart([one])),
      ),
      ...offered(isThere && may(endpoints.pauseInstance, params), () =>
        action(instance.isPaused ? 'resume' : 'pause', (one) => pause([one], !one.isPaused)),
      ),
      ...offered(instance.phase === 'drifted' && may(endpoints.reconcileInstance, params), () =>
        action('mend', (one) => mend([one])),
      ),
      ...offered(may(endpoints.createInstance, params), () =>
        action('copy', (one) => to('newInstance', { copy: one.id })),
      ),
      ...offered(may(endpoints.deleteInstance, params), () => action('delete', (one) => remove([one]), true)),
    ];
  }

  /** What can be done to all that are chosen: what the first may have done to it. */
  function batchActions(instances: readonly Instance[]): TableAction<readonly Instance[]>[] {
    const [first] = instances;
    if (first === undefined) return [];
    const params = paramsOf(first);
    const offered = (isOffered: boolean, one: () => TableAction<readonly Instance[]>) =>
      isOffered ? [one()] : [];
    return [
      ...offered(may(endpoints.setInstanceImage, params), () =>
        action('setImage', (all) => (dialog.value = { kind: 'setImage', instances: all })),
      ),
      ...offered(may(endpoints.scaleInstance, params), () =>
        action('scale', (all) => (dialog.value = { kind: 'scale', instances: all })),
      ),
      ...offered(may(endpoints.restartInstance, params), () => action('restart', restart)),
      ...offered(may(endpoints.deleteInstance, params), () =>
        action('delete', (all: readonly Instance[]) => remove(all), true),
      ),
    ];
  }

  return { dialog, actionsOf, batchActions, mend, remove, abandon };
}
