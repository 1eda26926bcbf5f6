import { Skeleton } from 'ant-design-vue';
import { defineAsyncComponent, h, type AsyncComponentLoader, type Component } from 'vue';

/** A part of a page that is loaded when it is first shown; where that takes a moment, a skeleton stands in its place. */
export function lazyPart(loader: AsyncComponentLoader): Component {
  return defineAsyncComponent({
    loader,
    loadingComponent: () => h(Skeleton, { active: true, paragraph: { rows: 6 } }),
    delay: 200,
  });
}
