import { KubeError } from '../transport/kube-error.ts';
import type { PathRef } from '../transport/api-path.ts';
import { oneLine } from '../transport/network-error.ts';

/** What says of itself what it is, or does not. */
interface Typed {
  apiVersion?: unknown;
  kind?: unknown;
}

/** Checks that what a server sends is what was asked for. */
export interface KindCheck {
  /** An object; within a list it need not say what it is. Throws KubeError `wrongKind`. */
  object(object: Typed): void;
  /** A list without its items, or as much of it as came before them. Throws KubeError `wrongKind`. */
  list(envelope: Typed, isWhole: boolean): void;
}

/** Lists and objects of `kind` in the version of `ref`; undefined where the kind is not known: then there is nothing to check. */
export function kindCheck({ group, version }: PathRef, kind: string | undefined): KindCheck | undefined {
  if (kind === undefined) return undefined;
  const apiVersion = group === '' || group === 'core' ? version : `${group}/${version}`;
  const listKind = `${kind}List`;
  return {
    object: (object) => {
      const isOther =
        (object.kind !== kind && object.kind !== undefined) ||
        (object.apiVersion !== apiVersion && object.apiVersion !== undefined);
      if (isOther) throw wrongKind(object, `${apiVersion} ${kind}`);
    },
    list: (envelope, isWhole) => {
      const isOther =
        (envelope.kind !== listKind && (isWhole || envelope.kind !== undefined)) ||
        (envelope.apiVersion !== apiVersion && (isWhole || envelope.apiVersion !== undefined));
      if (isOther) throw wrongKind(envelope, `${apiVersion} ${listKind}`);
    },
  };
}

function wrongKind({ apiVersion, kind }: Typed, wanted: string): KubeError {
  const text = (value: unknown) => (typeof value === 'string' ? value : '?');
  const met = oneLine(`${text(apiVersion)} ${text(kind)}`, 100);
  return new KubeError('wrongKind', `${met} in the place of ${wanted}`, { params: { met, wanted } });
}
