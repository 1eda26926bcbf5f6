import { ref, watch, type Ref } from 'vue';

/** The panel is there a few frames after it was asked for. */
const patienceFrames = 20;

/**
 * The focus of what opens beside a button: its first item takes it, closing gives it back to the button.
 * @param trigger holds the button.
 * @param items of the panel, those that can have the focus, in their order.
 */
export function usePanelFocus(trigger: Readonly<Ref<HTMLElement | null>>, items: () => HTMLElement[]) {
  const isOpen = ref(false);
  const button = () => trigger.value?.querySelector<HTMLElement>('button');

  function focusFirst(patience = patienceFrames) {
    const [first] = items();
    if (first !== undefined && first.offsetParent !== null) first.focus();
    else if (patience > 0 && isOpen.value) requestAnimationFrame(() => focusFirst(patience - 1));
  }

  watch(isOpen, (open) => {
    button()?.setAttribute('aria-expanded', String(open));
    if (open) requestAnimationFrame(() => focusFirst());
  });

  return {
    isOpen,
    close() {
      isOpen.value = false;
      button()?.focus();
    },
  };
}
