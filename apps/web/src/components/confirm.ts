import { shallowRef, type Ref } from 'vue';
import type { Cluster } from '../api/clusters.ts';

export interface Confirmation {
  title: string;
  /** Names of what it is done to. */
  objects: string[];
  /** What happens, and what does not. */
  consequence: string;
  /** What somebody is to do by hand, to be copied, and what is said of it. */
  commands?: { label: string; text: string };
  /** The verb on the button: "Remove cluster". */
  verb: string;
  isDanger?: boolean;
  /** What somebody may choose beside it. */
  choice?: { label: string; isOn: Ref<boolean> };
  /** In production its name is typed before the button works. */
  cluster?: Pick<Cluster, 'name' | 'environment'> | null;
  /** Does it; a failure is shown in the dialog, which stays. */
  run: () => Promise<unknown>;
}

export interface OpenConfirmation extends Confirmation {
  settle: (isDone: boolean) => void;
  /** The same question in the language of the moment. */
  inWords: () => Confirmation;
}

/** What `ConfirmAction` shows now. */
export const openConfirmation = shallowRef<OpenConfirmation | null>(null);

/** Asks before something is done, then does it. Resolves to whether it was done. */
export function confirmAction(inWords: () => Confirmation): Promise<boolean> {
  return new Promise((resolve) => {
    openConfirmation.value = {
      ...inWords(),
      inWords,
      settle: (isDone) => {
        openConfirmation.value = null;
        resolve(isDone);
      },
    };
  });
}

/** Says what is asked anew, in another language; what is done and chosen stays as it is. */
export function sayAgain(): void {
  const asked = openConfirmation.value;
  if (asked === null) return;
  const { title, objects, consequence, verb, commands, choice } = asked.inWords();
  openConfirmation.value = {
    ...asked,
    title,
    objects,
    consequence,
    verb,
    ...(commands && { commands }),
    ...(asked.choice && { choice: { ...asked.choice, label: choice?.label ?? asked.choice.label } }),
  };
}
