import type { Plugin } from 'vite';

/** Ends with the component that asked first where it hangs on its life: the scope's end is the same for one's own. */
const globalCache = {
  file: '/_util/cssinjs/hooks/useGlobalCache.js',
  changes: [
    ['import { onBeforeUnmount, ', 'import { onScopeDispose, '],
    ['  onBeforeUnmount(() => {', '  onScopeDispose(() => {'],
  ],
} as const;

const tokens = {
  file: '/theme/internal.js',
  changes: [
    ['import { triggerRef, ', 'import { effectScope, getCurrentInstance, triggerRef, '],
    ['export function useToken() {', 'function useOwnToken() {'],
  ],
  added: `
const tokensOfApps = new WeakMap();
export function useToken() {
  const app = getCurrentInstance()?.appContext;
  const context = inject(DesignTokenContextKey, undefined);
  if (app === undefined || context === undefined) return useOwnToken();
  if (!tokensOfApps.has(app)) tokensOfApps.set(app, new WeakMap());
  const known = tokensOfApps.get(app);
  if (!known.has(context)) known.set(context, effectScope(true).run(useOwnToken));
  return known.get(context);
}`,
} as const;

const componentStyles = {
  file: '/theme/util/genComponentStyleHook.js',
  changes: [
    ["import { computed } from 'vue';", "import { computed, effectScope } from 'vue';"],
    ['export default function genComponentStyleHook(', 'function genOwnStyleHook('],
  ],
  added: `
export default function genComponentStyleHook(...component) {
  const useOwnStyle = genOwnStyleHook(...component);
  const stylesOfTokens = new WeakMap();
  return prefixCls => {
    const token = useToken();
    if (!stylesOfTokens.has(token)) stylesOfTokens.set(token, new Map());
    const known = stylesOfTokens.get(token);
    const prefix = prefixCls?.value;
    if (!known.has(prefix)) known.set(prefix, effectScope(true).run(() => useOwnStyle(prefixCls)));
    return known.get(prefix);
  };
}`,
} as const;

const patches = [globalCache, tokens, componentStyles];

/**
 * Components of the design system share what their styles are made of. As published each one that is mounted flattens the
 * whole theme to a text of its own, looks that up and watches it (ant-design-vue 4.2.6): a tenth of the time in which a
 * page is drawn.
 */
export function sharedStyles(): Plugin {
  const open = new Set<string>(patches.map(({ file }) => file));
  return {
    name: 'shared-styles',
    apply: 'build',
    transform: {
      filter: { id: /ant-design-vue\/es\/(theme|_util\/cssinjs)\// },
      handler(code, id) {
        const patch = patches.find(({ file }) => id.endsWith(`/es${file}`));
        if (patch === undefined) return null;
        let text = code;
        for (const [before, after] of patch.changes) {
          if (!text.includes(before)) this.error(`${id} is no longer what is changed here: ${before}`);
          text = text.replace(before, () => after);
        }
        open.delete(patch.file);
        return { code: text + ('added' in patch ? patch.added : ''), map: null };
      },
    },
    buildEnd(error) {
      if (error === undefined && open.size > 0) this.error(`not there any more: ${[...open].join(', ')}`);
    },
  };
}
