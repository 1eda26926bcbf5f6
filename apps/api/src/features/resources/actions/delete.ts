import { deleteObject } from '@pilothouse/kube';
import type { ImplementationOf, WholeObject } from './action-implementation.ts';

/** `kubectl delete`: dependents go by the policy asked for, whatever the kind's old default is. */
export const deleteAction: ImplementationOf<'delete'> = {
  async run({ connection, ref, uid, parameters, write }) {
    const { gracePeriodSeconds, propagationPolicy } = parameters;
    const answer = await deleteObject(connection, ref, {
      propagationPolicy,
      ...(gracePeriodSeconds !== undefined && { gracePeriodSeconds }),
      ...(uid !== undefined && { uid }),
      ...write,
    });
    return { alreadySo: false, object: answer.kind === 'Status' ? null : (answer as WholeObject) };
  },
};
