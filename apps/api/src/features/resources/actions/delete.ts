import type { ImplementationOf } from './action-implementation.ts';

/** `kubectl delete`: dependents go by the policy asked for, whatever the kind's old default is. */
export const deleteAction: ImplementationOf<'delete'> = {
  async run({ parameters, writer }) {
    const { gracePeriodSeconds, propagationPolicy } = parameters;
    const grace = gracePeriodSeconds !== undefined && { gracePeriodSeconds };
    return { alreadySo: false, object: await writer.delete({ propagationPolicy, ...grace }) };
  },
};
