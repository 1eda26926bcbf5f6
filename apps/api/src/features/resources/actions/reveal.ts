import { maskSecret } from '@pilothouse/kinds';
import { getObject } from '@pilothouse/kube';
import { AppError } from '../../../http/app-error.ts';
import type { ImplementationOf, WholeObject } from './action-implementation.ts';

/** The one place where values of a Secret leave the platform. What repeats all of it stays out. */
export const reveal: ImplementationOf<'reveal'> = {
  async run({ connection, ref, uid, parameters, read }) {
    const secret = await getObject<WholeObject & { data?: Record<string, string> }>(connection, ref, read);
    if (uid !== undefined && uid !== secret.metadata['uid'])
      throw new AppError('changedMeanwhile', { what: ref.name });
    const { keys } = parameters;
    const masked = maskSecret(secret);
    const values = Object.entries(secret.data ?? {}).filter(([key]) => keys?.includes(key) ?? true);
    const data = { ...masked.data, ...Object.fromEntries(values) };
    return { alreadySo: false, object: { ...masked, data } };
  },
};
