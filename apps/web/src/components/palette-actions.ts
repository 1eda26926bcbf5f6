import { onScopeDispose, shallowRef, watchEffect } from 'vue';

/** Something the page on screen can do, as the palette lists it. */
export interface PaletteAction {
  key: string;
  text: string;
  /** What it is done to. */
  context: string;
  run: () => void;
}

/** What the palette offers of the page on screen. */
export const paletteActions = shallowRef<readonly PaletteAction[]>([]);

/** Offers a page's actions in the palette while the page is there. */
export function usePaletteActions(actions: () => PaletteAction[]): void {
  watchEffect(() => {
    paletteActions.value = actions();
  });
  onScopeDispose(() => {
    paletteActions.value = [];
  });
}
