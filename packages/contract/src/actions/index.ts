import type { z } from 'zod';
import { annotate } from './annotate.ts';
import { cordon } from './cordon.ts';
import { deleteAction } from './delete.ts';
import { drain } from './drain.ts';
export { keptDrainPlan } from './drain.ts';
import { label } from './label.ts';
import { pause } from './pause.ts';
import { restart } from './restart.ts';
import { resume } from './resume.ts';
import { reveal } from './reveal.ts';
import { scale } from './scale.ts';
import { setImage } from './set-image.ts';
import { taint } from './taint.ts';
import { uncordon } from './uncordon.ts';
import { undo } from './undo.ts';

/** Every action, in the order in which they are offered. */
export const actions = {
  cordon,
  uncordon,
  drain,
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

export type ActionId = keyof typeof actions;
/** Actions that are operations of their own kind, of one object as well. */
export type LongActionId = {
  [Id in ActionId]: (typeof actions)[Id]['isLong'] extends true ? Id : never;
}[ActionId];
/** Actions that are done to one object at once. */
export type QuickActionId = Exclude<ActionId, LongActionId>;
export type ParametersOf<Id extends ActionId> = z.output<(typeof actions)[Id]['parameters']>;
export type PlanOf<Id extends ActionId> = (typeof actions)[Id]['plan'] extends z.ZodType
  ? z.output<(typeof actions)[Id]['plan']>
  : undefined;
