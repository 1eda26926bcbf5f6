import { actions, endpoints, type ActionId } from '@pilothouse/contract';
import { message } from 'ant-design-vue';
import { watch, type Ref } from 'vue';
import { useI18n } from 'vue-i18n';
import { useRoute, useRouter } from 'vue-router';
import { ApiError } from '../../api/api-error.ts';
import { call } from '../../api/call.ts';
import type { Row } from '../../api/live-rows.ts';
import { useErrorText } from '../../api/translate-error.ts';
import type { ResourceRef } from '../resource-location.ts';
import { placeOf, type ActionRequest } from './use-actions.ts';

type Target = Pick<Row, 'name' | 'namespace'>;

/** Opens the dialog for what `?repeat=<operation>` was asked for, with the objects as they are now. */
export function useRepeat(resource: Ref<ResourceRef>, request: Ref<ActionRequest | null>): void {
  const { t } = useI18n();
  const route = useRoute();
  const router = useRouter();
  const errorText = useErrorText();

  async function found({ name, namespace }: Target): Promise<Row | null> {
    const place = placeOf(namespace === undefined ? {} : { namespace });
    try {
      const params = { ...resource.value, namespace: place, name };
      const { metadata } = (await call(endpoints.getResource, { params })).object;
      const { uid, resourceVersion } = metadata as unknown as { uid: string; resourceVersion: string };
      return { uid, name, resourceVersion, cells: {}, ...(namespace !== undefined && { namespace }) };
    } catch (error) {
      if (error instanceof ApiError && error.status === 404) return null;
      throw error;
    }
  }

  async function open(operation: string): Promise<void> {
    const { repeat: _repeat, ...query } = route.query;
    await router.replace({ query });
    try {
      const asked = await call(endpoints.getOperationRequest, { params: { operation } });
      if (!(asked.action in actions)) return;
      const targets = asked.targets.map(({ name, namespace }) =>
        namespace === undefined ? { name } : { name, namespace },
      );
      const rows = await Promise.all(targets.map(async (target) => ({ target, row: await found(target) })));
      const gone = rows.filter(({ row }) => row === null).map(({ target }) => target.name);
      const there = rows.flatMap(({ row }) => (row === null ? [] : [row]));
      if (there.length === 0) {
        void message.warning(t('actionDialog.gone', { names: gone.join(', ') }));
        return;
      }
      const { reason: _reason, ...parameters } = asked.parameters;
      request.value = {
        id: asked.action as ActionId,
        resource: resource.value,
        rows: there,
        parameters,
        gone,
      };
    } catch (error) {
      void message.error(errorText(error));
    }
  }

  watch(
    () => route.query['repeat'],
    (operation) => {
      if (typeof operation === 'string') void open(operation);
    },
    { immediate: true },
  );
}
