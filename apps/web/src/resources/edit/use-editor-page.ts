import { descriptorFor } from '@pilothouse/kinds';
import { message } from 'ant-design-vue';
import { useRouter } from 'vue-router';
import { useClusterSchemas } from '../../api/cluster-schemas.ts';
import { overrideOf } from '../kinds/index.ts';
import { detailLocation, type ResourceRef } from '../resource-location.ts';

/** What the pages around a ResourceEditor share. */
export function useEditorPage({ cluster, group, plural }: ResourceRef) {
  const router = useRouter();
  const resource: ResourceRef = { cluster, group, plural };
  const follows = overrideOf(group, plural).afterSave !== undefined;
  return {
    resource,
    kind: descriptorFor(group, plural).kind,
    schemas: useClusterSchemas(() => cluster),
    /** Says what was done, and shows the object; of one that was there also what may have to follow. */
    leave(
      said: string,
      place: { namespace?: string | undefined; name: string },
      { isNew = false }: { isNew?: boolean } = {},
    ) {
      message.success(said);
      void router.push(detailLocation(resource, place, follows && !isNew ? { saved: 'yes' } : undefined));
    },
  };
}
