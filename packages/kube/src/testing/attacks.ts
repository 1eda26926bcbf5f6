import { answerAttacks } from './attacks/answers.ts';
import type { Attack } from './attacks/attack.ts';
import { trustAttacks } from './attacks/trust.ts';

/** Every hostile server by what it does. */
export const attacks: Record<string, Attack> = { ...answerAttacks, ...trustAttacks };
