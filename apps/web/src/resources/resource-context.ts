import { inject, provide, type InjectionKey, type Ref } from 'vue';
import type { Row } from '../api/live-rows.ts';
import type { ActionId } from '@pilothouse/contract';
import type { ResourceRef } from './resource-location.ts';

/** What a list's cells need to know of their page. */
export interface ResourceContext {
  ref: Readonly<Ref<ResourceRef>>;
  /** uids whose action is under way. */
  busy: Readonly<Ref<ReadonlySet<string>>>;
  /** Begins an action: at once, or by its dialog; `atOnce` leaves out what need not be said. */
  begin(action: ActionId, row: Row, options?: { atOnce: boolean }): void;
  may(action: ActionId, row: Row): boolean;
}

const key: InjectionKey<ResourceContext> = Symbol('resource');

export function provideResourceContext(context: ResourceContext): void {
  provide(key, context);
}

/** The list page this cell is on. */
export function useResourceContext(): ResourceContext {
  const context = inject(key);
  if (context === undefined) throw new Error('used outside a resource list');
  return context;
}
