import type { KindOverride } from '../../override.ts';
import { usageViewOf } from '../../usage/usage-view.ts';

export const override: KindOverride = usageViewOf('name', 'runningPods');
