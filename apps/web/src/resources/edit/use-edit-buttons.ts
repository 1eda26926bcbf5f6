import { CopyOutlined, EditOutlined } from '@ant-design/icons-vue';
import { endpoints } from '@pilothouse/contract';
import { computed, type Ref } from 'vue';
import { useI18n } from 'vue-i18n';
import { useRouter } from 'vue-router';
import type { Row } from '../../api/live-rows.ts';
import { useRights } from '../../api/rights.ts';
import type { TableAction } from '../../components/ResourceTable/table-column.ts';
import type { ResourceRef } from '../resource-location.ts';
import { createLocation, editLocation } from './edit-location.ts';

type Place = Pick<Row, 'namespace' | 'name'>;

/** Ways to the editor, for those who may write what it would write. */
export function useEditButtons(resource: Ref<ResourceRef>) {
  const { t } = useI18n();
  const { may, mayInPart } = useRights();
  const router = useRouter();

  /** Told once, not for each row. */
  const labels = computed(() => ({
    edit: t('objectEdit.action.edit'),
    copy: t('objectEdit.action.copy'),
  }));

  const paramsOf = ({ namespace, name }: Place) => ({ ...resource.value, namespace: namespace ?? '_', name });
  const mayRead = (place: Place) => may(endpoints.getResource, { params: paramsOf(place) });
  const mayEdit = (place: Place) =>
    mayRead(place) && may(endpoints.patchResource, { params: paramsOf(place), body: { type: 'merge' } });

  return {
    mayEdit,
    /** Whether the user may create an object somewhere. */
    mayCreate: computed(() =>
      mayInPart(endpoints.createResource, { params: { ...resource.value, namespace: '_' } }),
    ),
    edit: (row: Row): TableAction<Row>[] =>
      mayEdit(row)
        ? [
            {
              id: 'edit',
              label: labels.value.edit,
              icon: EditOutlined,
              run: (subject) => void router.push(editLocation(resource.value, subject)),
            },
          ]
        : [],
    copy: (row: Row): TableAction<Row>[] =>
      mayRead(row) && may(endpoints.createResource, { params: paramsOf(row) })
        ? [
            {
              id: 'copy',
              label: labels.value.copy,
              icon: CopyOutlined,
              run: (subject) => void router.push(createLocation(resource.value, { copy: subject })),
            },
          ]
        : [],
  };
}
