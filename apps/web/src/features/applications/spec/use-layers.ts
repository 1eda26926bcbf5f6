import { specOverrides } from '@pilothouse/contract';
import { effectiveSpec, type EffectiveSpec, type Origin } from '@pilothouse/manifests';
import { computed, inject, provide, type ComputedRef, type InjectionKey } from 'vue';
import { useDraft } from '../../../components/ObjectForm/use-field.ts';
import type { ApplicationSpec, ProjectNamespace } from '../application-types.ts';
import type { PlainPath } from '@pilothouse/kinds';

const key: InjectionKey<ComputedRef<EffectiveSpec>> = Symbol('inherited');
const none = specOverrides.parse({});

/** What an instance has before it says anything itself: its application's spec over its project's defaults. */
export function provideInherited(
  layers: () => { application: ApplicationSpec; defaults: ProjectNamespace['defaults'] },
): ComputedRef<EffectiveSpec> {
  const inherited = computed(() => effectiveSpec({ ...layers(), instance: { overrides: none } }));
  provide(key, inherited);
  return inherited;
}

/** The layers as an overriding field needs them. */
export function useLayers() {
  const inherited = inject(key);
  if (inherited === undefined) throw new Error('used outside of an instance’s form');
  const draft = useDraft();
  return {
    draft,
    inherited,
    /** Of the inherited value at a path of the spec; items of lists go by their name. */
    originOf(path: PlainPath): Origin {
      const { origins } = inherited.value;
      const name = path.join('.');
      // of a list that only the project says something of, each item has its origin
      const inner = [...origins].find(([each]) => each.startsWith(`${name}.`))?.[1];
      return origins.get(name) ?? inner ?? 'application';
    },
  };
}

/** Where in the draft of an instance an override stands. */
export const own = (path: PlainPath): PlainPath => ['overrides', ...path];
