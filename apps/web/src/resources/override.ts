import type { endpoints, OutputOf } from '@pilothouse/contract';
import type { KubernetesObject } from '@pilothouse/kinds';
import type { Component } from 'vue';
import type { ComposerTranslation } from 'vue-i18n';
import type { Router } from 'vue-router';
import type { Row } from '../api/live-rows.ts';
import type { Rights } from '../api/rights.ts';
import type { Draft } from '../components/ObjectForm/draft.ts';
import type { ListState } from './list-state.ts';
import type { TableAction } from '../components/ResourceTable/table-column.ts';
import type { ResourceRef } from './resource-location.ts';

/** What a detail tab or an overview gets. */
export interface DetailProps {
  cluster: string;
  object: KubernetesObject;
}

export interface DetailTab {
  key: string;
  /** Shown only to those who hold this right where the object lives: on it, its subresource, or on another core kind. */
  right?: { verb: string; subresource?: string; plural?: string };
  /** Shown only where the platform's settings have switched it on. */
  setting?: 'nodeShells' | 'portForwards';
  component: Component;
  /** It goes on while another tab is looked at, as long as the page is there. */
  staysAlive?: boolean;
}

/** What a kind's form gets; its fields write to the draft by themselves (`components/ObjectForm/fields`). */
export interface FormProps {
  cluster: string;
  draft: Draft;
  /** Of what is there some fields cannot be changed. */
  mode: 'create' | 'edit';
}

/** What a component beside a list's filters gets. */
export interface ListExtraProps {
  cluster: string;
  view: ListState;
}

/** What a cell of a group of the list gets. */
export interface GroupCellProps {
  group: OutputOf<typeof endpoints.groupResources>['groups'][number];
}

/** Buttons of a kind beside the contract's actions: ways to other pages. */
export interface OwnActions {
  ofRow: (row: Row) => TableAction<Row>[];
  batch: TableAction<Row[]>[];
}

/** What a list page knows, for a kind's own buttons. */
export interface PageContext {
  resource: ResourceRef;
  selection: ReadonlyMap<string, Row>;
  t: ComposerTranslation;
  may: Rights['may'];
  mayInPart: Rights['mayInPart'];
  /** Ports of Pods can be opened here. */
  forwardsPorts: boolean;
  router: Router;
}

/** What a kind's pages have beyond the generic ones; exported as `override` by `kinds/<Kind>/index.ts`. */
export interface KindOverride {
  /** Components for cells, by column id; they get CellProps. */
  cells?: Record<string, Component>;
  /** Of groups of its list: what comes beside how many there are and how they are, by id; they get GroupCellProps. */
  groupCells?: Record<string, Component>;
  /** Its deletion gives containers time to shut down. */
  hasGracePeriod?: boolean;
  ownActions?: (context: PageContext) => OwnActions;
  /** How its list shows use, as `kubectl top` does: these columns, in this order. */
  usageView?: { columns: string[]; sort: string };
  /** Beside the list's filters; gets ListExtraProps, and may emit `filter` with a change of the view. */
  listExtra?: Component;
  /** What a new object begins with, beside its name: what none can do without. */
  skeleton?: object;
  /** Its form, beside the YAML; gets FormProps. */
  form?: Component;
  /** On the detail page once an edit of the object was saved: what may have to follow; gets DetailProps. */
  afterSave?: Component;
  /** The first tab of the detail page; gets DetailProps. */
  overview?: Component;
  /** Further tabs, behind the overview. */
  tabs?: DetailTab[];
}
