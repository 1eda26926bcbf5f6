import { z } from 'zod';
import { defineAction } from './action.ts';
import { auditedKeys, metadataChanges } from './metadata-changes.ts';

/** `kubectl annotate`. The cluster bounds all annotations of an object together: 256 KiB. */
export const annotate = defineAction({
  id: 'annotate',
  on: 'any',
  parameters: metadataChanges(z.string().max(262_144)),
  audited: auditedKeys,
});
