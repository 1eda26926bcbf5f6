import { changeTaints, secondsToStay, taintText, type Node, type Pod, type Taint } from '@pilothouse/kinds';
import { controllerOf, podsOfNode } from '@pilothouse/kube';
import type { ParametersOf, PlanOf } from '@pilothouse/contract';
import { AppError } from '../../../http/app-error.ts';
import type {
  ActionOutcome,
  ActionRun,
  ActionSubject,
  ImplementationOf,
  WholeObject,
} from './action-implementation.ts';
import { readSubject } from './read-subject.ts';
import { checkSeen, onPresent, patchTested, readEach, seenOf } from './seen.ts';

type Tainted = Pick<Node, 'spec'>;
type Changes = ParametersOf<'taint'>;
type PlannedNode = PlanOf<'taint'>['nodes'][number];

/** A node's own taints beside those the change is about may come and go. */
const taintsOf = ({ spec }: Tainted): Taint[] => spec?.taints ?? [];

/** The pods that the taints take off the node, and did not before. */
function leaving(pods: readonly Pod[], before: Taint[], after: Taint[]): PlannedNode['pods'] {
  return pods.flatMap((pod) => {
    const seconds = secondsToStay(pod, after);
    const { namespace = '', name = '', uid = '', deletionTimestamp } = pod.metadata ?? {};
    if (seconds === null || seconds === secondsToStay(pod, before) || deletionTimestamp) return [];
    const owner = controllerOf(pod);
    return [{ namespace, name, uid, owner: owner ? `${owner.kind}/${owner.name}` : null, seconds }];
  });
}

async function planOf(
  { connection, ref, uid = '', signal }: ActionSubject,
  node: (WholeObject & Tainted & { metadata: { uid: string } }) | null,
  parameters: Changes,
): Promise<PlannedNode> {
  if (node === null) return { name: ref.name, uid, isGone: true, seen: '', changes: [], pods: [] };
  const before = taintsOf(node);
  const { taints, changes, touched } = changeTaints(before, parameters);
  const isEvicting = changes.some(({ effect, to }) => effect === 'NoExecute' && to !== null);
  const pods = isEvicting ? await podsOfNode(connection, ref.name, signal ? { signal } : {}) : [];
  return {
    name: ref.name,
    uid: node.metadata.uid,
    isGone: false,
    seen: seenOf(touched),
    changes,
    pods: leaving(pods, before, taints),
  };
}

async function setTaints(run: ActionRun<Changes>): Promise<ActionOutcome> {
  const node = await readSubject<Tainted>(run);
  const before = node.spec?.taints ?? null;
  const { taints, changes, touched } = changeTaints(taintsOf(node), run.parameters);
  if (changes.length === 0) return { alreadySo: true, object: node };
  checkSeen(run, touched);
  const replaced = changes.find(({ from, to }) => from !== null && to !== null);
  if (replaced !== undefined && !run.parameters.overwrite)
    throw new AppError('taintHasValue', { taint: taintText({ ...replaced, value: replaced.from ?? '' }) });
  const steps = [
    { op: 'test', path: '/spec/taints', value: before } as const,
    // an empty list and none are the same
    { op: 'add', path: '/spec/taints', value: taints } as const,
  ];
  return { alreadySo: false, object: await patchTested(run, node, steps) };
}

/** `kubectl taint` (`kubectl/pkg/cmd/taint/taint.go`), but for taints of others that come and go meanwhile: these stay. */
export const taint: ImplementationOf<'taint'> = {
  run: (run) => onPresent(() => setTaints(run)),
  async plan(subjects, parameters) {
    return {
      nodes: await readEach<Tainted, PlannedNode>(subjects, (subject, node) =>
        planOf(subject, node, parameters),
      ),
    };
  },
};
