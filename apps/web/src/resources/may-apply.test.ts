import { CompiledGrants, noTree } from '@pilothouse/contract';
import { expect, test } from 'vitest';
import { holds, missing, type Rights } from '../api/rights.ts';
import { toApply } from './may-apply.ts';

function missingTo(...given: [domain: string, object: string, action: string][]) {
  const grants = new CompiledGrants(
    {
      roles: given.map(([, object, action], index) => ({
        name: `role-${index}`,
        policies: [{ object, action }],
      })),
      grants: given.map(([domain], index) => ({ role: `role-${index}`, domain })),
    },
    noTree,
  );
  const rights = { holds: (requirements) => holds(grants, requirements) } as Rights;
  return missing(grants, toApply(rights, 'quay')).map(({ object, action }) => `${action} ${object}`);
}

test('the page of applying is for whoever may write something in the cluster, if only in a namespace', () => {
  const maps = 'k8s/core/configmaps';
  expect(missingTo(['cluster:quay', 'k8s/**', 'get'])).toEqual(['create k8s/**', 'patch k8s/**']);
  expect(missingTo(['cluster:quay/shop', maps, 'create'])).toEqual(['create k8s/**', 'patch k8s/**']);
  expect(missingTo(['cluster:quay/shop', maps, 'create'], ['cluster:quay/shop', maps, 'patch'])).toEqual([]);
  expect(missingTo(['cluster:dock', '**', 'All'])).toContain('create k8s/**');
});
