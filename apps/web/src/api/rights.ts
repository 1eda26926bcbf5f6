import {
  decide,
  type CompiledGrants,
  type Endpoint,
  type InputOf,
  type Requirement,
} from '@pilothouse/contract';
import { useSession } from './session.ts';

/** A call's input, or as much of it as the endpoint's `permission` reads. */
export type AskedInput<E extends Endpoint> = { [K in keyof InputOf<E>]?: Partial<InputOf<E>[K]> };

/** The rights a call needs, by the endpoint's own rule; none where being signed in is enough. */
export function requirementsOf<E extends Endpoint>(endpoint: E, input: AskedInput<E> = {}): Requirement[] {
  if (typeof endpoint.permission === 'string') return [];
  return endpoint.permission({ params: {}, query: {}, body: {}, ...input } as never);
}

/** Whether grants give all that is required: the API's own look-up, over what `/auth/me` sent. The API decides. */
export function holds(grants: CompiledGrants, requirements: readonly Requirement[]): boolean {
  return decide(grants, requirements, (name) => name).allowed;
}

/** What is missing of it; all of it where nothing is, but no part of the cluster has everything. */
export function missing(grants: CompiledGrants, requirements: readonly Requirement[]): Requirement[] {
  const absent = requirements.filter((requirement) => !holds(grants, [requirement]));
  return absent.length > 0 || holds(grants, requirements) ? absent : [...requirements];
}

/** Requirements that are content with a part of it: some namespace of the cluster. */
export function inPart(requirements: readonly Requirement[]): Requirement[] {
  return requirements.map((requirement) => ({ ...requirement, match: 'narrows' }));
}

/**
 * Asks the signed-in user's rights, so that what would be refused is not offered; reactive.
 * - `may`: whether a call would be let through.
 * - `mayInPart`: whether it would be for a part of it at least, such as one namespace of the cluster.
 * - `holds`: the same of rights that belong to no endpoint.
 * - `missing`: which of them are not there.
 */
export function useRights() {
  const session = useSession();
  const held = (requirements: readonly Requirement[]) => holds(session.rights, requirements);
  return {
    may: <E extends Endpoint>(endpoint: E, input?: AskedInput<E>) => held(requirementsOf(endpoint, input)),
    mayInPart: <E extends Endpoint>(endpoint: E, input?: AskedInput<E>) =>
      held(inPart(requirementsOf(endpoint, input))),
    holds: held,
    missing: (requirements: readonly Requirement[]) => missing(session.rights, requirements),
  };
}

export type Rights = ReturnType<typeof useRights>;
