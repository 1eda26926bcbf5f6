import {
  listKeysOf,
  mergePatch,
  sameValue,
  threeWayMerge,
  valueAt,
  withoutServerFields,
  type KubernetesObject,
  type MergeChoice,
  type MergeConflict,
} from '@pilothouse/kinds';
import { computed, ref, shallowRef } from 'vue';
import { useI18n } from 'vue-i18n';
import { ApiError, type FieldError } from '../../api/api-error.ts';
import { useFieldText } from '../form/field-text.ts';
import type { SchemaLookup } from '../YamlEditor/yaml-findings.ts';
import { Draft } from './draft.ts';
import type { SaidOfField } from './draft-errors.ts';

/** What is to be written: an object that is not there yet, or what was changed of the version that was read. */
export type ObjectChange =
  | { type: 'create'; object: KubernetesObject }
  | { type: 'edit'; patch: Record<string, unknown>; resourceVersion: string; uid: string };

export interface SaveOptions {
  /** The cluster does all but keep it. */
  dryRun: boolean;
  /** What it does with fields that it does not know: refuse, or warn and drop them. */
  fieldValidation: 'Strict' | 'Warn';
}

/** The object as the cluster left it, and its warnings. */
export interface SaveAnswer {
  object: KubernetesObject;
  warnings: string[];
}

export interface EditorSource {
  mode: 'create' | 'edit';
  /** The object as it is now, or what a new one begins with. */
  load: () => Promise<KubernetesObject>;
  save: (change: ObjectChange, options: SaveOptions) => Promise<SaveAnswer>;
  /** What is to become of it; reviewed at once. Absent: the user writes it. */
  proposed?: KubernetesObject;
  schemas?: SchemaLookup | undefined;
}

/** What a review shows; without an answer the cluster cannot try it out. */
export interface Review {
  before: KubernetesObject;
  after: KubernetesObject;
  warnings: string[];
  isUntried: boolean;
}

/** What names an object: another name would be another object. */
const identity = [['apiVersion'], ['kind'], ['metadata', 'name'], ['metadata', 'namespace']];
const isOutdated = (error: unknown) => error instanceof ApiError && error.code === 'changedMeanwhile';
const mostAttempts = 5;
/** All that an apiserver says of a field that is missing. */
const bareRequired = 'Required value';
const unknownFieldCodes = new Set(['UnknownField', 'DuplicateField']);

/**
 * Writing one object: read it, change the draft, let the cluster try it, then write it. When somebody else was faster
 * both are joined, and what both changed is asked. Whatever is refused, the draft stays.
 */
export function useObjectEditor(source: EditorSource) {
  const { t } = useI18n();
  const fieldText = useFieldText();
  const draft = shallowRef<Draft | null>(null);
  const loadFailure = shallowRef<unknown>(null);
  const failure = shallowRef<unknown>(null);
  const isBusy = ref(false);
  const isSaved = ref(false);
  const review = shallowRef<Review | null>(null);
  const reviewFailure = shallowRef<unknown>(null);
  const conflicts = shallowRef<MergeConflict[] | null>(null);
  /** Somebody else's changes were joined with ours. */
  const isJoined = ref(false);
  const hasUnknownFields = ref(false);
  const isLenient = ref(false);
  /** Something typed is not in the object yet. */
  const isHeldBack = ref(false);
  /** As read, with what the server set. */
  let base: KubernetesObject = {};
  /** What somebody else made of it, while the user decides. */
  let theirs: KubernetesObject = {};

  async function load() {
    loadFailure.value = null;
    try {
      base = await source.load();
      draft.value = new Draft(withoutServerFields(base));
    } catch (error) {
      loadFailure.value = error;
      return;
    }
    if (source.proposed === undefined) return;
    draft.value.assign(source.proposed);
    if (source.mode === 'create' || draft.value.isChanged) await alone(tryOut);
  }

  function changeOf(object: KubernetesObject): ObjectChange {
    if (source.mode === 'create') return { type: 'create', object };
    const before = withoutServerFields(base);
    // taken away one by one: there may be annotations that the draft does not show
    const isBare = before.metadata?.annotations !== undefined && object.metadata?.annotations === undefined;
    const after = isBare ? { ...object, metadata: { ...object.metadata, annotations: {} } } : object;
    return {
      type: 'edit',
      patch: mergePatch(before, after) as Record<string, unknown>,
      resourceVersion: base.metadata?.resourceVersion ?? '',
      uid: base.metadata?.uid ?? '',
    };
  }

  /** Whether only what the cluster itself keeps of the object changed since it was read; then that is the base. */
  async function hasOnlyStatusChanged(): Promise<boolean> {
    const now = await source.load();
    if (now.metadata?.uid !== base.metadata?.uid) return false;
    if (!sameValue(withoutServerFields(now), withoutServerFields(base))) return false;
    base = now;
    return true;
  }

  async function save(object: KubernetesObject, dryRun: boolean): Promise<SaveAnswer> {
    const options: SaveOptions = { dryRun, fieldValidation: isLenient.value ? 'Warn' : 'Strict' };
    for (let attempt = 1; ; attempt += 1) {
      try {
        return await source.save(changeOf(object), options);
      } catch (error) {
        // a Node's status changes every few seconds: nobody has to look at that
        if (!isOutdated(error) || attempt === mostAttempts || !(await hasOnlyStatusChanged())) throw error;
      }
    }
  }

  /** Without a name it is no object, with another it would be another one: said before anything is sent. */
  function wrongIdentity(object: KubernetesObject): SaidOfField[] {
    if (source.mode === 'create') {
      const { name, generateName } = object.metadata ?? {};
      return name || generateName
        ? []
        : [{ field: 'metadata.name', message: () => t('objectForm.nameNeeded') }];
    }
    return identity
      .filter((path) => !sameValue(valueAt(base, path), valueAt(object, path)))
      .map((path) => ({ field: path.join('.'), message: () => t('objectForm.identity') }));
  }

  async function tryOut(current: Draft): Promise<void> {
    const { object } = current;
    current.errors.clear();
    failure.value = null;
    hasUnknownFields.value = false;
    isHeldBack.value = current.isUnfinished;
    if (isHeldBack.value) return;
    const wrong = wrongIdentity(object);
    if (wrong.length > 0) return current.errors.set(wrong, object);
    const before = source.mode === 'create' ? object : withoutServerFields(base);
    try {
      const answer = await save(object, true);
      const after = withoutServerFields(answer.object);
      review.value = { before, after, warnings: answer.warnings, isUntried: false };
    } catch (error) {
      if (error instanceof ApiError && error.code === 'dryRunUnavailable')
        review.value = { before, after: object, warnings: [], isUntried: true };
      else await refused(current, error);
    }
  }

  async function refused(current: Draft, error: unknown): Promise<void> {
    if (source.mode === 'edit' && isOutdated(error)) return join(current);
    const said = error instanceof ApiError ? fieldsOf(error, fieldText) : [];
    hasUnknownFields.value = said.some(({ code }) => unknownFieldCodes.has(code));
    current.errors.set(said, current.object);
    if (said.length === 0) failure.value = error;
  }

  /** Joins what somebody else made of the object with the draft. */
  async function join(current: Draft, choices?: ReadonlyMap<string, MergeChoice>): Promise<void> {
    if (choices === undefined) {
      try {
        theirs = await source.load();
      } catch (error) {
        failure.value = error;
        return;
      }
    }
    const { apiVersion = '', kind = '' } = current.object;
    const schema = (await source.schemas?.(apiVersion, kind)) ?? null;
    const now = withoutServerFields(theirs);
    const result = threeWayMerge(withoutServerFields(base), now, current.object, listKeysOf(schema), choices);
    if (choices === undefined && result.conflicts.length > 0) {
      conflicts.value = result.conflicts;
      return;
    }
    base = theirs;
    current.startFrom(now);
    current.assign(result.merged as KubernetesObject);
    conflicts.value = null;
    // after a choice the user knows
    isJoined.value = choices === undefined;
    await tryOut(current);
  }

  /** One thing at a time. */
  async function alone(work: (current: Draft) => Promise<void>): Promise<void> {
    const current = draft.value;
    if (current === null || isBusy.value) return;
    isBusy.value = true;
    try {
      await work(current);
    } finally {
      isBusy.value = false;
    }
  }

  async function write(current: Draft): Promise<SaveAnswer | null> {
    reviewFailure.value = null;
    try {
      const answer = await save(current.object, false);
      isSaved.value = true;
      review.value = null;
      return answer;
    } catch (error) {
      await refused(current, error);
      // what is about a field is seen at the field; everything else stays with the button that was pressed
      if (failure.value !== null && conflicts.value === null) {
        reviewFailure.value = failure.value;
        failure.value = null;
      } else if (current.errors.all.length > 0 || conflicts.value !== null) review.value = null;
      return null;
    }
  }

  return {
    draft,
    loadFailure,
    failure,
    isBusy,
    review,
    reviewFailure,
    conflicts,
    isJoined,
    hasUnknownFields,
    isLenient,
    isHeldBack,
    isUnsaved: computed(() => draft.value !== null && draft.value.isChanged && !isSaved.value),
    load,
    /** Lets the cluster try it; then `review`, `conflicts`, `failure` or the draft's errors say what came of it. */
    start: () => {
      isJoined.value = false;
      return alone(tryOut);
    },
    resolve: (choices: ReadonlyMap<string, MergeChoice>) => alone((current) => join(current, choices)),
    leaveConflicts: () => {
      conflicts.value = null;
    },
    closeReview: () => {
      review.value = null;
      reviewFailure.value = null;
    },
    /** Writes it. null where it was refused. */
    confirm: async (): Promise<SaveAnswer | null> => {
      let answer: SaveAnswer | null = null;
      await alone(async (current) => {
        answer = await write(current);
      });
      return answer;
    },
  };
}

/** What an error says of the object's fields, paths as the apiserver writes them. */
function fieldsOf(
  error: ApiError,
  textOf: (error: FieldError & { value?: unknown }) => string,
): (SaidOfField & { code: string })[] {
  if (error.code === 'clusterConflict' && error.clusterStatus?.reason === 'AlreadyExists')
    return [
      {
        field: 'metadata.name',
        code: 'AlreadyExists',
        message: error.clusterStatus.message ?? error.message,
      },
    ];
  if (error.code === 'clusterInvalid')
    return error.fields.map((each) =>
      each.message === bareRequired ? { ...each, message: () => textOf({ ...each, value: '' }) } : each,
    );
  // the platform's own: `body.object.metadata.name: …`
  const { field, code, message } = error;
  const one = field === null ? [] : [{ field, code, message }];
  const own = error.fields.length > 0 ? error.fields : one;
  return own.flatMap((each) => {
    const path = /^body\.(?:object|patch)\.(.+)$/.exec(each.field)?.[1];
    return path === undefined ? [] : [{ field: path, code: each.code, message: () => textOf(each) }];
  });
}
