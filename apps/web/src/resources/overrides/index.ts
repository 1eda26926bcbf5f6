import type { KindOverride } from '../override.ts';
import { nodeOverride } from './Node/node-override.ts';
import { podOverride } from './Pod/pod-override.ts';

const overrides: Record<string, KindOverride> = {
  'core/events': { defaultSort: '-newest' },
  'core/nodes': nodeOverride,
  'core/pods': podOverride,
};

/** A kind's own cells, overview and tabs; empty for most kinds. */
export function overrideOf(group: string, plural: string): KindOverride {
  return overrides[`${group}/${plural}`] ?? {};
}
