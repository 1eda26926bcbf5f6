import {
  actions,
  anyAction,
  isActionOn,
  objectMatches,
  type ActionId,
  type ActionRight,
  type endpoints,
  type OutputOf,
  type Policy,
} from '@pilothouse/contract';
import { kinds } from '@pilothouse/kinds';

export type Role = OutputOf<typeof endpoints.getRole>;

/** What Kubernetes calls the things that are done to resources, in the order of its documentation. */
export const verbs = ['get', 'list', 'watch', 'create', 'update', 'patch', 'delete', 'deletecollection'];
const podParts = ['log', 'exec', 'attach', 'portforward', 'cp', 'eviction', 'ephemeralcontainers', 'status'];
/** Parts of resources that are asked for on their own; those of actions come with these. */
const knownParts: Record<string, string[]> = {
  'core/pods': podParts,
  'core/nodes': ['status', 'shell'],
  'core/secrets': ['value'],
  'core/serviceaccounts': ['token'],
};
/** On these only one verb is ever asked. */
const partVerbs: Record<string, string[]> = {
  log: ['get'],
  value: ['get'],
  exec: ['create'],
  shell: ['create'],
  attach: ['create'],
  portforward: ['create'],
  cp: ['create'],
  eviction: ['create'],
  token: ['create'],
};

/** One object with all that is allowed on it. */
export interface RightRow {
  object: string;
  actions: string[];
}

/** Policies by object, in the order they come. */
export function rowsOf(policies: readonly Policy[]): RightRow[] {
  const rows = new Map<string, string[]>();
  for (const { object, action } of policies) rows.set(object, [...(rows.get(object) ?? []), action]);
  return [...rows].map(([object, held]) => ({ object, actions: inOrder(held) }));
}

function inOrder(held: readonly string[]): string[] {
  const place = (verb: string) => (verbs.includes(verb) ? verbs.indexOf(verb) : verbs.length);
  return held.toSorted((a, b) => place(a) - place(b));
}

/** The verbs that make sense on an object; what it has already is among them. */
export function verbsOn(object: string, held: readonly string[]): string[] {
  const part = object.startsWith('k8s/') ? object.split('/')[3] : undefined;
  const usual = (part !== undefined && partVerbs[part]) || verbs;
  return [...new Set([...usual, ...held.filter((verb) => verb !== anyAction)])];
}

/** What a new row begins with: to see it, or the one thing that is done to it. */
export function firstVerbs(object: string): string[] {
  const usual = verbsOn(object, []);
  return usual.includes('list') ? ['get', 'list', 'watch'] : usual.slice(0, 1);
}

/** Everything of the registry that a role can be given, as objects of rights, by group. */
export function resourceObjects(): Map<string, string[]> {
  const byGroup = new Map<string, string[]>();
  for (const { group, plural } of kinds.values()) {
    const parts = new Set(knownParts[`${group}/${plural}`]);
    for (const action of Object.values(actions))
      if (action.on !== 'any' && isActionOn(action, group, plural))
        for (const right of rightsOfAction(action))
          if (right.subresource !== undefined && right.plural === undefined) parts.add(right.subresource);
    const objects = [plural, ...[...parts].map((part) => `${plural}/${part}`)];
    byGroup.set(group, [...(byGroup.get(group) ?? []), ...objects.map((each) => `k8s/${group}/${each}`)]);
  }
  for (const [group, objects] of byGroup) objects.push(`k8s/${group}/**`);
  return new Map([['*', ['k8s/**']], ...byGroup]);
}

/** What an action needs when nothing special is asked of it. */
export function rightsOfAction(action: (typeof actions)[ActionId]): ActionRight[] {
  const parsed = action.parameters.safeParse({});
  return action.rights((parsed.success ? parsed.data : {}) as never);
}

/** Whether policies allow an action on an object somewhere. */
export function allows(policies: readonly Policy[], object: string, action: string): boolean {
  return policies.some(
    (policy) =>
      (policy.action === anyAction || policy.action === action) && objectMatches(policy.object, object),
  );
}

/** The object of a right that an action needs on a kind. */
export function objectOf(right: ActionRight, group: string, plural: string): string {
  const of = `k8s/${right.group ?? group}/${right.plural ?? plural}`;
  return right.subresource === undefined ? of : `${of}/${right.subresource}`;
}

/** The actions that policies allow, each with the kinds on which they do. */
export function impliedActions(policies: readonly Policy[]): { id: ActionId; plurals: string[] }[] {
  return (Object.keys(actions) as ActionId[]).flatMap((id) => {
    const plurals = [...kinds.values()]
      .filter(({ group, plural }) => isActionOn(actions[id], group, plural))
      .filter(({ group, plural }) =>
        rightsOfAction(actions[id]).every((right) =>
          allows(policies, objectOf(right, group, plural), right.verb),
        ),
      )
      .map(({ plural }) => plural);
    return plurals.length === 0 ? [] : [{ id, plurals }];
  });
}

/** Kinds of the menu that policies let one list. */
export function listable(policies: readonly Policy[]): Set<string> {
  return new Set(
    [...kinds.values()]
      .filter(
        ({ menu, group, plural }) => menu !== null && allows(policies, `k8s/${group}/${plural}`, 'list'),
      )
      .map(({ plural }) => plural),
  );
}

/** Whether an entry of the menu is a kind's. */
export function isKindEntry(key: string): boolean {
  return [...kinds.values()].some(({ menu, plural }) => menu !== null && plural === key);
}

/** What differs between two sets of rights. */
export function difference(before: readonly Policy[], after: readonly Policy[]) {
  const key = ({ object, action }: Policy) => `${action} ${object}`;
  const [had, has] = [new Set(before.map(key)), new Set(after.map(key))];
  return {
    added: after.filter((policy) => !had.has(key(policy))),
    removed: before.filter((policy) => !has.has(key(policy))),
  };
}
