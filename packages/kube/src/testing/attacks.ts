import { answerAttacks } from './attacks/answers.ts';
import type { Attack } from './attacks/attack.ts';
import { collectionAttacks } from './attacks/collections.ts';
import { logAttacks } from './attacks/logs.ts';
import { shellAttacks } from './attacks/shells.ts';
import { trustAttacks } from './attacks/trust.ts';

/** Every hostile server by what it does. */
export const attacks: Record<string, Attack> = {
  ...answerAttacks,
  ...collectionAttacks,
  ...logAttacks,
  ...shellAttacks,
  ...trustAttacks,
};
