import { isDeepStrictEqual } from 'node:util';
import type { PlanOf } from '@pilothouse/contract';
import { eachObject, getObject, type KubernetesObject } from '@pilothouse/kube';
import { AppError } from '../../../http/app-error.ts';
import type { ActionSubject, ImplementationOf, WholeObject } from './action-implementation.ts';
import { readSubject } from './read-subject.ts';
import { patchTested } from './seen.ts';

const revisionKey = 'deployment.kubernetes.io/revision';
const causeKey = 'kubernetes.io/change-cause';
const hashLabel = 'pod-template-hash';

/** Annotations of a ReplicaSet that do not go back to its Deployment (`polymorphichelpers/rollback.go`). */
const ownAnnotations = new Set([
  'kubectl.kubernetes.io/last-applied-configuration',
  revisionKey,
  'deployment.kubernetes.io/revision-history',
  'deployment.kubernetes.io/desired-replicas',
  'deployment.kubernetes.io/max-replicas',
  'deprecated.deployment.rollback.to',
]);

interface PodTemplate {
  metadata?: { labels?: Record<string, string> };
  spec?: { containers?: { image?: string }[] };
}
interface Templated {
  spec?: { paused?: boolean; template?: PodTemplate };
}
type Deployment = WholeObject & Templated;
type ReplicaSet = KubernetesObject &
  Templated & {
    metadata: { creationTimestamp?: string; ownerReferences?: { uid: string; controller?: boolean }[] };
  };

/** A ReplicaSet and the revision it keeps. */
interface Revision {
  number: number;
  set: ReplicaSet;
}

/** The revisions a Deployment can go back to, newest first; a ReplicaSet without a number is none. */
async function revisionsOf({ connection, ref, signal }: ActionSubject, uid: unknown): Promise<Revision[]> {
  const found: Revision[] = [];
  const { group, version, namespace = '' } = ref;
  await eachObject<ReplicaSet>(
    connection,
    { group, version, plural: 'replicasets', namespace },
    (set) => {
      const owner = set.metadata.ownerReferences?.find(({ controller }) => controller === true);
      const number = Number(set.metadata.annotations?.[revisionKey] ?? 0);
      if (owner?.uid === uid && number > 0) found.push({ number, set });
    },
    signal === undefined ? {} : { signal },
  );
  return found.toSorted((a, b) => b.number - a.number);
}

/** The template as the Deployment had it: without the label that its controller adds. */
function templateOf({ spec }: Templated): PodTemplate {
  const template = structuredClone(spec?.template ?? {});
  if (template.metadata?.labels !== undefined) delete template.metadata.labels[hashLabel];
  return template;
}

/** Of those annotations that never travel the Deployment's own, of all others the revision's. */
function annotationsOf(deployment: Deployment, set: ReplicaSet): Record<string, string> {
  const present = (deployment.metadata.annotations ?? {}) as Record<string, string>;
  const own = Object.entries(present).filter(([key]) => ownAnnotations.has(key));
  const earlier = Object.entries(set.metadata.annotations ?? {}).filter(([key]) => !ownAnnotations.has(key));
  return Object.fromEntries([...own, ...earlier]);
}

/** The revision that is asked for; 0 is the one before the newest. Undefined where there is none. */
function targetOf(revisions: Revision[], toRevision: number): Revision | undefined {
  return toRevision === 0 ? revisions[1] : revisions.find(({ number }) => number === toRevision);
}

type PlanItem = PlanOf<'undo'>['items'][number];

async function planOf(subject: ActionSubject, toRevision: number): Promise<PlanItem> {
  const deployment = await getObject<Deployment>(subject.connection, subject.ref);
  const revisions = await revisionsOf(subject, deployment.metadata.uid);
  const template = templateOf(deployment);
  const present = revisions.find(({ set }) => isDeepStrictEqual(templateOf(set), template));
  return {
    ...(subject.ref.namespace !== undefined && { namespace: subject.ref.namespace }),
    name: subject.ref.name,
    paused: deployment.spec?.paused === true,
    template: template as Record<string, unknown>,
    present: present?.number ?? null,
    target: targetOf(revisions, toRevision)?.number ?? null,
    revisions: revisions.map(({ number, set }) => ({
      revision: number,
      name: set.metadata.name,
      uid: set.metadata.uid,
      cause: set.metadata.annotations?.[causeKey] ?? null,
      createdAt: set.metadata.creationTimestamp ?? null,
      images: (set.spec?.template?.spec?.containers ?? []).flatMap(({ image }) => image ?? []),
      template: templateOf(set) as Record<string, unknown>,
    })),
  };
}

/** `kubectl rollout undo`: the template of an earlier ReplicaSet (`polymorphichelpers/rollback.go`). */
export const undo: ImplementationOf<'undo', { replicaSet: string; uid: string }> = {
  async resolve(subject, { toRevision = 0 }) {
    const deployment = await getObject<Deployment>(subject.connection, subject.ref);
    const revisions = await revisionsOf(subject, deployment.metadata.uid);
    const target = targetOf(revisions, toRevision);
    if (target !== undefined) return { replicaSet: target.set.metadata.name, uid: target.set.metadata.uid };
    if (toRevision === 0) throw new AppError('noEarlierRevision', { name: subject.ref.name });
    const known = revisions.map(({ number }) => number).join(', ');
    throw new AppError('unknownRevision', { revision: toRevision, revisions: known });
  },
  async run(run) {
    const deployment = await readSubject<Templated>(run);
    if (deployment.spec?.paused === true) throw new AppError('rolloutPaused', { name: run.ref.name });
    const { replicaSet, uid } = run.resolved;
    const ref = { ...run.ref, plural: 'replicasets', name: replicaSet };
    const set = await getObject<ReplicaSet>(run.connection, ref, run.read);
    if (set.metadata.uid !== uid) throw new AppError('changedMeanwhile', { what: replicaSet });
    const template = templateOf(set);
    if (isDeepStrictEqual(deployment.spec?.template, template))
      return { alreadySo: true, object: deployment };
    const steps = [
      { op: 'replace', path: '/spec/template', value: template } as const,
      { op: 'replace', path: '/metadata/annotations', value: annotationsOf(deployment, set) } as const,
    ];
    return { alreadySo: false, object: await patchTested(run, deployment, steps) };
  },
  async plan(subjects, { toRevision = 0 }) {
    return { items: await Promise.all(subjects.map((subject) => planOf(subject, toRevision))) };
  },
};
