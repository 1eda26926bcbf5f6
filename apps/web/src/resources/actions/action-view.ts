import {
  ColumnHeightOutlined,
  DeleteOutlined,
  ExportOutlined,
  EyeOutlined,
  FormOutlined,
  PauseCircleOutlined,
  PauseOutlined,
  PlayCircleOutlined,
  ReloadOutlined,
  StepForwardOutlined,
  StopOutlined,
  TagsOutlined,
  UndoOutlined,
  CloudDownloadOutlined,
} from '@ant-design/icons-vue';
import type { ActionId } from '@pilothouse/contract';
import { defineAsyncComponent, type Component } from 'vue';
import type { Row } from '../../api/live-rows.ts';
import type { ResourceRef } from '../resource-location.ts';

/**
 * What a component for an action's parameters gets; it emits `update:parameters`, and, where it shows a plan,
 * `update:seen`: what that had seen, by uid, or null while it is awaited.
 */
export interface ParametersProps {
  id: ActionId;
  resource: ResourceRef;
  rows: Row[];
  parameters: Record<string, unknown>;
  /** What is wrong, by path in the parameters. */
  errors: Record<string, string>;
}

interface ActionView {
  icon: Component;
  /** Of its dialog, in pixels; absent: the usual one. */
  width?: number;
  /** Asks for the parameters; absent: a field for each, by its schema. */
  form?: Component;
  /** Shows the object it came to, in the dialog; absent: the dialog closes. */
  answer?: Component;
}

const keyValues = defineAsyncComponent(() => import('./forms/KeyValueParameters.vue'));

/** How each action looks. */
export const actionViews: Record<ActionId, ActionView> = {
  cordon: { icon: PauseCircleOutlined },
  uncordon: { icon: PlayCircleOutlined },
  drain: {
    icon: ExportOutlined,
    form: defineAsyncComponent(() => import('./forms/DrainParameters.vue')),
  },
  taint: {
    icon: StopOutlined,
    width: 960,
    form: defineAsyncComponent(() => import('./forms/TaintParameters.vue')),
  },
  scale: {
    icon: ColumnHeightOutlined,
    form: defineAsyncComponent(() => import('./forms/ScaleParameters.vue')),
  },
  restart: { icon: ReloadOutlined },
  'set-image': {
    icon: CloudDownloadOutlined,
    form: defineAsyncComponent(() => import('./forms/SetImageParameters.vue')),
  },
  undo: { icon: UndoOutlined, form: defineAsyncComponent(() => import('./forms/UndoParameters.vue')) },
  pause: { icon: PauseOutlined },
  resume: { icon: StepForwardOutlined },
  reveal: {
    icon: EyeOutlined,
    form: defineAsyncComponent(() => import('./forms/RevealParameters.vue')),
    answer: defineAsyncComponent(() => import('./RevealedValues.vue')),
  },
  label: { icon: TagsOutlined, form: keyValues },
  annotate: { icon: FormOutlined, form: keyValues },
  delete: { icon: DeleteOutlined, form: defineAsyncComponent(() => import('./forms/DeleteParameters.vue')) },
};
