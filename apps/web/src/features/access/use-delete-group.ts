import { endpoints } from '@pilothouse/contract';
import { useI18n } from 'vue-i18n';
import { call } from '../../api/call.ts';
import { useSession } from '../../api/session.ts';
import { confirmAction } from '../../components/confirm.ts';
import type { Group } from './group.ts';

/** Asks, then deletes a group; resolves to whether it was done. */
export function useDeleteGroup(): (group: Group) => Promise<boolean> {
  const { t } = useI18n();
  const session = useSession();
  return async ({ name, members, grants }) => {
    const isDone = await confirmAction(() => ({
      title: t('groups.delete.title', { name }),
      objects: [name],
      consequence: t('groups.delete.consequence', { members, grants }),
      verb: t('groups.delete.verb'),
      isDanger: true,
      run: () => call(endpoints.deleteGroup, { params: { group: name } }),
    }));
    if (isDone) await session.reload();
    return isDone;
  };
}
