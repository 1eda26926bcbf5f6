import type { QuickActionId } from '@pilothouse/contract';
import type { ActionImplementation, ImplementationOf } from './action-implementation.ts';
import { cordon, uncordon } from './cordon.ts';
import { deleteAction } from './delete.ts';
import { annotate, label } from './label.ts';
import { pause, resume } from './pause.ts';
import { restart } from './restart.ts';
import { reveal } from './reveal.ts';
import { scale } from './scale.ts';
import { setImage } from './set-image.ts';
import { taint } from './taint.ts';
import { undo } from './undo.ts';

// An action of the contract that is not here does not compile
const table: { [Id in QuickActionId]: ImplementationOf<Id> } = {
  cordon,
  uncordon,
  taint,
  scale,
  restart,
  'set-image': setImage,
  undo,
  pause,
  resume,
  reveal,
  label,
  annotate,
  delete: deleteAction,
};

/** What each action does. */
export const implementations: Record<QuickActionId, ActionImplementation> = table;
