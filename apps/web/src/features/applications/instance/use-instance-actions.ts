import {
  CopyOutlined,
  DeleteOutlined,
  EditOutlined,
  FileImageOutlined,
  PauseOutlined,
  PlayCircleOutlined,
  ReloadOutlined,
  SendOutlined,
  SwapOutlined,
  ToolOutlined,
} from '@ant-design/icons-vue';
import { endpoints, type BatchChange } from '@pilothouse/contract';
import { ref, shallowRef, type Component, type Ref } from 'vue';
import { useI18n } from 'vue-i18n';
import { useRoute, useRouter } from 'vue-router';
import { call } from '../../../api/call.ts';
import { useClusters } from '../../../api/clusters.ts';
import { useRights } from '../../../api/rights.ts';
import { confirmAction } from '../../../components/confirm.ts';
import type { TableAction } from '../../../components/RecordsTable/record-column.ts';
import type { Instance } from '../application-types.ts';

const icons: Record<string, Component> = {
  edit: EditOutlined,
  setImage: FileImageOutlined,
  scale: SwapOutlined,
  restart: ReloadOutlined,
  pause: PauseOutlined,
  resume: PlayCircleOutlined,
  mend: ToolOutlined,
  copy: CopyOutlined,
  move: SendOutlined,
  delete: DeleteOutlined,
};

export const placeOf = ({ name, cluster, namespace }: Pick<Instance, 'name' | 'cluster' | 'namespace'>) =>
  `${name} (${cluster}/${namespace})`;

/** What can be done to instances: to one, or to several at once. `changed` is told afterwards. */
export function useInstanceActions(changed: () => unknown) {
  const { t } = useI18n();
  const { may } = useRights();
  const route = useRoute();
  const router = useRouter();
  const clusters = useClusters();
  /** What `InstanceDialog` asks for. */
  const dialog = shallowRef<{ kind: 'scale' | 'setImage'; instances: readonly Instance[] } | null>(null);

  /** What `InstanceMove` moves. */
  const moving = shallowRef<Instance | null>(null);

  const paramsOf = ({ application, id }: Instance) => ({ params: { application, instance: id } });
  const production = (instances: readonly Instance[]) =>
    instances
      .map(({ cluster }) => clusters.byName(cluster))
      .find((cluster) => cluster?.environment === 'production') ?? null;

  async function confirmed(
    id: 'restart' | 'pause' | 'resume' | 'mend' | 'delete' | 'abandon',
    instances: readonly Instance[],
    run: () => Promise<unknown>,
    options: {
      isDanger?: boolean;
      consequence?: string;
      choice?: { label: string; isOn: Ref<boolean> };
    } = {},
  ): Promise<boolean> {
    const count = instances.length;
    const isDone = await confirmAction(() => ({
      title: t(`instances.action.${id}.title`, { count }, count),
      objects: instances.map(placeOf),
      consequence: options.consequence ?? t(`instances.action.${id}.consequence`, count),
      verb: t(`instances.action.${id}.label`),
      cluster: production(instances),
      isDanger: options.isDanger ?? false,
      ...(options.choice && { choice: options.choice }),
      run,
    }));
    if (isDone) changed();
    return isDone;
  }

  const restart = (instance: Instance) =>
    confirmed('restart', [instance], () => call(endpoints.restartInstance, paramsOf(instance)));
  const pause = (instance: Instance, paused: boolean) =>
    confirmed(paused ? 'pause' : 'resume', [instance], () =>
      call(endpoints.pauseInstance, { ...paramsOf(instance), body: { paused } }),
    );
  const mend = (instance: Instance) =>
    confirmed('mend', [instance], () => call(endpoints.reconcileInstance, paramsOf(instance)));
  /** @param objects what goes with it, where that is known. */
  const remove = (instance: Instance, objects: readonly string[] = []) => {
    // without its cluster there is nothing to ask: it is only forgotten
    if (instance.phase === 'detached') return abandon(instance);
    return confirmed('delete', [instance], () => call(endpoints.deleteInstance, paramsOf(instance)), {
      isDanger: true,
      ...(objects.length > 0 && {
        consequence: t('instances.action.delete.named', { objects: objects.join(', ') }),
      }),
    });
  };
  /** Forgets one whose cluster is gone, or does not answer. */
  const abandon = (instance: Instance) =>
    confirmed(
      'abandon',
      [instance],
      () => call(endpoints.deleteInstance, { ...paramsOf(instance), query: { abandon: 'true' } }),
      { isDanger: true },
    );

  /** Does the same to many of one application, and shows how it goes. */
  async function runBatch(instances: readonly Instance[], change: BatchChange, rolledOut = false) {
    const [first] = instances;
    if (first === undefined) return;
    const { operation } = await call(endpoints.batchInstances, {
      params: { application: first.application },
      body: { instances: instances.map(({ id }) => id), change, rolledOut },
    });
    await router.push({ query: { ...route.query, operation } });
  }
  const restartMany = (instances: readonly Instance[]) => {
    const isOn = ref(false);
    return confirmed('restart', instances, () => runBatch(instances, { action: 'restart' }, isOn.value), {
      choice: { label: t('instances.rolledOut'), isOn },
    });
  };
  const removeMany = (instances: readonly Instance[]) => {
    const isLost = instances.every(({ phase }) => phase === 'detached');
    return confirmed(
      isLost ? 'abandon' : 'delete',
      instances,
      () => runBatch(instances, { action: 'delete', abandon: true }),
      { isDanger: true },
    );
  };

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
      ...offered(isThere && may(endpoints.restartInstance, params), () => action('restart', restart)),
      ...offered(isThere && may(endpoints.pauseInstance, params), () =>
        action(instance.isPaused ? 'resume' : 'pause', (one) => pause(one, !one.isPaused)),
      ),
      ...offered(instance.phase === 'drifted' && may(endpoints.reconcileInstance, params), () =>
        action('mend', mend),
      ),
      ...offered(may(endpoints.createInstance, params), () =>
        action('copy', (one) => to('newInstance', { copy: one.id })),
      ),
      ...offered(instance.movingTo === null && may(endpoints.moveInstance, params), () =>
        action('move', (one) => (moving.value = one)),
      ),
      ...offered(may(endpoints.deleteInstance, params), () => action('delete', (one) => remove(one), true)),
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
      ...offered(may(endpoints.restartInstance, params), () => action('restart', restartMany)),
      ...offered(may(endpoints.deleteInstance, params), () => action('delete', removeMany, true)),
    ];
  }

  return { dialog, moving, actionsOf, batchActions, runBatch, mend, remove, abandon };
}
