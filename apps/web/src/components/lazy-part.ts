import { Skeleton } from 'ant-design-vue';
import { defineAsyncComponent, h, type AsyncComponentLoader, type Component } from 'vue';

const loaders = new WeakMap<Component, () => Promise<unknown>>();

/** A part of a page that is loaded when it is first shown; where that takes a moment, a skeleton stands in its place. */
export function lazyPart(loader: AsyncComponentLoader): Component {
  const part = defineAsyncComponent({
    loader,
    loadingComponent: () => h(Skeleton, { active: true, paragraph: { rows: 6 } }),
    delay: 200,
  });
  loaders.set(part, loader);
  return part;
}

/** Begins to load a {@link lazyPart} that will be shown; what goes wrong is told when it is. */
export function preloadPart(part: Component | undefined): void {
  const loader = part && loaders.get(part);
  loader?.().catch(() => undefined);
}
