import { KubeError } from './kube-error.ts';

/** Answers that announce another one (1xx) before it, for one call; an apiserver sends none. */
const most = 8;

/** A counter of a call's informational answers. Throws KubeError `notAnApiserver` when there are too many. */
export function informationalCounter(): () => void {
  let count = 0;
  return () => {
    count += 1;
    if (count > most)
      throw new KubeError('notAnApiserver', `More than ${most} answers (1xx) before the answer`);
  };
}
