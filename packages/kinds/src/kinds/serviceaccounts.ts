import { ageColumn, defineKind, nameColumn } from '../kind.ts';
import type { ServiceAccount } from '../wire/core.ts';

/** ServiceAccounts as `kubectl get serviceaccounts` prints them (`printServiceAccount`). */
export const serviceaccounts = defineKind({
  group: 'core',
  plural: 'serviceaccounts',
  kind: 'ServiceAccount',
  namespaced: true,
  menu: { module: 'access', order: 10 },
  facts: (account: ServiceAccount) => account,
  fields: { name: nameColumn, age: ageColumn },
  relations: [
    {
      type: 'refersTo',
      kind: 'core/secrets',
      names: ({ secrets, imagePullSecrets }) =>
        [...(secrets ?? []), ...(imagePullSecrets ?? [])].flatMap(({ name }) => name ?? []),
    },
  ],
});
