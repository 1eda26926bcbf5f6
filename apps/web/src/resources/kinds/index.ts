import { kinds } from '@pilothouse/kinds';
import type { KindOverride } from '../override.ts';

/** `<Kind>/index.ts` exports what that kind has beyond the generic pages. */
const modules = import.meta.glob<{ override: KindOverride }>('./*/index.ts', { eager: true });

/** A kind's own cells, overview and tabs; empty for most kinds. */
export function overrideOf(group: string, plural: string): KindOverride {
  const kind = kinds.get(`${group}/${plural}`)?.kind;
  return modules[`./${kind}/index.ts`]?.override ?? {};
}
