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

/**
 * Asks the signed-in user's rights, so that what would be refused is not offered; reactive.
 * - `may`: whether a call would be let through.
 * - `mayInPart`: whether it would be for a part of it at least, such as one namespace of the cluster.
 * - `holds`: the same of rights that belong to no endpoint.
 */
export function useRights() {
  const session = useSession();
  const held = (requirements: readonly Requirement[]) => holds(session.rights, requirements);
  return {
    may: <E extends Endpoint>(endpoint: E, input?: AskedInput<E>) => held(requirementsOf(endpoint, input)),
    mayInPart: <E extends Endpoint>(endpoint: E, input?: AskedInput<E>) =>
      requirementsOf(endpoint, input).every((requirement) => held([{ ...requirement, match: 'narrows' }])),
    holds: held,
  };
}
