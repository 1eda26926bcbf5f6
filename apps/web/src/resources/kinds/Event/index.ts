import type { KindOverride } from '../../override.ts';
import EventFilter from './EventFilter.vue';
import InvolvedObjectCell from './InvolvedObjectCell.vue';

export const override: KindOverride = {
  cells: { object: InvolvedObjectCell },
  listExtra: EventFilter,
};
