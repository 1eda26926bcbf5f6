import { defineAction } from './action.ts';
import { auditedKeys, labelValue, metadataChanges } from './metadata-changes.ts';

/** `kubectl label`. */
export const label = defineAction({
  id: 'label',
  on: 'any',
  parameters: metadataChanges(labelValue),
  audited: auditedKeys,
});
