import { onBeforeUnmount, onMounted, type Ref } from 'vue';

/**
 * The focus stays in a drawer while it is open: what lies behind it can be neither seen nor reached, and Escape is for what
 * is in front. The dialog that opened it would give the focus back to the page as it closes.
 * @param content anything that stands in the drawer.
 */
export function useDrawerFocus(content: Readonly<Ref<HTMLElement | null>>): void {
  const page = () => document.querySelector('#app');
  function take({ target }: Pick<FocusEvent, 'target'>) {
    if (target instanceof Node && page()?.contains(target) === true)
      content.value?.closest<HTMLElement>('.ant-drawer')?.focus();
  }
  onMounted(() => document.addEventListener('focusin', take));
  onBeforeUnmount(() => document.removeEventListener('focusin', take));
}
