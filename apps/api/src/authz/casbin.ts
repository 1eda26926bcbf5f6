import { newEnforcer, newModelFromString, type Adapter, type Enforcer, type Model } from 'casbin';

import { anyAction, objectMatches, domainCovers } from '@pilothouse/contract';
import type { Policies } from './policy-source.ts';

/** The definition of who may do what; {@link CompiledGrants} gives the same answers faster. */
const definition = `
[request_definition]
r = sub, dom, obj, act

[policy_definition]
p = sub, dom, obj, act

[role_definition]
g = _, _, _

[policy_effect]
e = some(where (p.eft == allow))

[matchers]
m = domainCovers(p.dom, r.dom) && (p.act == "${anyAction}" || p.act == r.act) && objectMatches(p.obj, r.obj) && g(r.sub, p.sub, r.dom)
`;

/** Users and roles are told apart by prefix. */
export const userSubject = (userId: string) => `user:${userId}`;
const roleSubject = (roleId: string) => `role:${roleId}`;

/** Hands the tables to casbin. Read-only: the tables are the one truth, casbin writes nothing. */
class TableAdapter implements Adapter {
  readonly #policies: Policies;

  constructor(policies: Policies) {
    this.#policies = policies;
  }

  async loadPolicy(model: Model): Promise<void> {
    for (const { roleId, object, action } of this.#policies.permissions) {
      model.addPolicy('p', 'p', [roleSubject(roleId), '*', object, action]);
    }
    for (const { userId, roleId, domain } of this.#policies.grants) {
      model.addPolicy('g', 'g', [userSubject(userId), roleSubject(roleId), domain]);
    }
  }

  savePolicy = readOnly;
  addPolicy = readOnly;
  removePolicy = readOnly;
  removeFilteredPolicy = readOnly;
}

function readOnly(): Promise<never> {
  return Promise.reject(new Error('rights are changed in their tables'));
}

/** casbin over these policies. */
export async function createEnforcer(policies: Policies): Promise<Enforcer> {
  const enforcer = await newEnforcer(newModelFromString(definition), new TableAdapter(policies));
  enforcer.addFunction('domainCovers', domainCovers);
  enforcer.addFunction('objectMatches', objectMatches);
  // casbin asks with the request's domain first
  await enforcer.addNamedDomainMatchingFunc('g', (requested, granted) => domainCovers(granted, requested));
  return enforcer;
}
