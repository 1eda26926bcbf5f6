import type { z } from 'zod';

/** `<group|core>/<plural>`. */
export type KindRef = `${string}/${string}`;

/** How much an action takes away: nothing, service for a while, or what does not come back. */
export type Impact = 'none' | 'disruptive' | 'destructive';

/** A right an action needs: on its object, unless another kind (in the object's namespace) or the whole cluster is named. */
export interface ActionRight {
  verb: string;
  subresource?: string;
  group?: string;
  plural?: string;
  /** Everywhere in the cluster, wherever the object lies. */
  clusterWide?: boolean;
}

/** A condition on a cell of the object's row. A cell that is missing is null. */
export interface CellCondition {
  cell: string;
  is: string | number | boolean | null;
  /** Turns it round: offered unless the cell is so. */
  not?: boolean;
}

/** Something that can be done to Kubernetes objects, declared once for API, SPA, OpenAPI document and role editor. */
export interface Action<
  Id extends string = string,
  P extends z.ZodType = z.ZodType,
  Plan extends z.ZodType | undefined = z.ZodType | undefined,
  Long extends boolean = boolean,
> {
  /** kebab-case; part of the endpoints' paths, key of its words (`actions.<id>`). */
  id: Id;
  on: readonly KindRef[] | 'any';
  parameters: P;
  /** Every right it needs. Asked for each object, at submit and again at its turn. */
  rights: (parameters: z.output<P>) => ActionRight[];
  impact: (parameters: z.output<P>) => Impact;
  /** Offered where all hold; doing it elsewhere is harmless and says `alreadySo`. */
  when: readonly CellCondition[];
  /** May be done to many at once, as an operation. */
  batch: boolean;
  /** Takes its time: an operation, of one object as well, and one of its own kind. */
  isLong: Long;
  /** The apiserver can try it without doing it. */
  dryRun: boolean;
  /** What would happen: the shape of a plan's answer; undefined where there is nothing to foresee. */
  plan: Plan;
  /** What the audit row tells of the parameters; never secrets. */
  audited: (parameters: z.output<P>) => Record<string, string | number | boolean | null>;
}

/** Declares an action. The rights default to `patch` on the object, the impact to none, batch and dry run to yes, long to no. */
export function defineAction<
  const Id extends string,
  P extends z.ZodType,
  Plan extends z.ZodType | undefined = undefined,
  const Long extends boolean = false,
>(definition: {
  id: Id;
  on: readonly KindRef[] | 'any';
  parameters: P;
  rights?: (parameters: z.output<P>) => ActionRight[];
  impact?: (parameters: z.output<P>) => Impact;
  when?: readonly CellCondition[];
  batch?: boolean;
  isLong?: Long;
  dryRun?: boolean;
  plan?: Plan;
  audited?: (parameters: z.output<P>) => Record<string, string | number | boolean | null>;
}): Action<Id, P, Plan, Long> {
  return {
    rights: () => [{ verb: 'patch' }],
    impact: () => 'none',
    when: [],
    batch: true,
    dryRun: true,
    audited: () => ({}),
    ...definition,
    plan: definition.plan as Plan,
    isLong: (definition.isLong ?? false) as Long,
  };
}

/** Whether an action is meant for a kind. */
export function isActionOn({ on }: Pick<Action, 'on'>, group: string, plural: string): boolean {
  return on === 'any' || on.includes(`${group}/${plural}`);
}

/** Whether an action is offered on a row with these cells. */
export function isOffered({ when }: Pick<Action, 'when'>, cells: Record<string, unknown>): boolean {
  return when.every(({ cell, is, not = false }) => ((cells[cell] ?? null) === is) !== not);
}
