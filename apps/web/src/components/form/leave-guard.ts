import { onBeforeUnmount, onMounted } from 'vue';
import { useI18n } from 'vue-i18n';
import { onBeforeRouteLeave } from 'vue-router';
import { confirmAction } from '../confirm.ts';

/** Asks before what was typed is lost, by a link of ours or by closing the tab. */
export function useLeaveGuard(isUnsaved: () => boolean): void {
  const { t } = useI18n();
  onBeforeRouteLeave(() => {
    if (!isUnsaved()) return true;
    return confirmAction(() => ({
      title: t('common.leave.title'),
      objects: [],
      consequence: t('common.leave.text'),
      verb: t('common.leave.verb'),
      run: () => Promise.resolve(),
    }));
  });
  const onUnload = (event: BeforeUnloadEvent) => {
    if (isUnsaved()) event.preventDefault();
  };
  onMounted(() => globalThis.addEventListener('beforeunload', onUnload));
  onBeforeUnmount(() => globalThis.removeEventListener('beforeunload', onUnload));
}
