import { shortHash } from './short-hash.ts';

/** Of the Pods of one instance: the selector of all that finds them, fixed for ever. */
export const instanceLabel = 'pilothouse.io/instance';
/** Of the Pods of all instances of an application. */
export const applicationLabel = 'pilothouse.io/application';
export const cronJobLabel = 'pilothouse.io/cron-job';
/** Names from the top of the service tree; of the workload's own metadata only, so that a rename restarts nothing. */
export const pathAnnotation = 'pilothouse.io/path';
export const restartedAtAnnotation = 'pilothouse.io/restartedAt';
export const configHashAnnotation = 'pilothouse.io/config-hash';
export const secretsHashAnnotation = 'pilothouse.io/secrets-hash';

/** Whether the platform sets a label or an annotation of this key itself. */
export function isReservedKey(key: string): boolean {
  return (
    key.startsWith('pilothouse.io/') || /^app\.kubernetes\.io\/(name|instance|part-of|managed-by)$/.test(key)
  );
}

/** The entries of a user's labels or annotations that are the user's to set. */
export function withoutReserved(map: Readonly<Record<string, string>> = {}): Record<string, string> {
  return Object.fromEntries(Object.entries(map).filter(([key]) => !isReservedKey(key)));
}

/** As a label's value: at most 63 characters, of those that may be. */
export function labelValue(text: string): string {
  const trimmed = (part: string) => part.replace(/^[^A-Za-z0-9]+|[^A-Za-z0-9]+$/g, '');
  const plain = trimmed(text.replace(/[^-._A-Za-z0-9]/g, '-'));
  return plain.length <= 63 ? plain : `${trimmed(plain.slice(0, 51))}-${shortHash(text)}`;
}

interface OwnLabels {
  application: { id: string; name: string };
  project: string;
  /** Absent of what instances share. */
  instance?: { id: string; objectName: string };
}

/** Labels of an object's own metadata. */
export function ownLabels({ application, project, instance }: OwnLabels): Record<string, string> {
  return {
    'app.kubernetes.io/name': labelValue(application.name),
    'app.kubernetes.io/part-of': labelValue(project),
    'app.kubernetes.io/managed-by': 'pilothouse',
    [applicationLabel]: application.id,
    ...(instance && {
      'app.kubernetes.io/instance': instance.objectName,
      [instanceLabel]: instance.id,
    }),
  };
}

/** Labels of an instance's Pods: nothing that a rename changes. */
export function podLabels(
  { application, instance }: Required<Omit<OwnLabels, 'project'>>,
  users: Readonly<Record<string, string>> | undefined,
): Record<string, string> {
  return {
    ...withoutReserved(users),
    'app.kubernetes.io/instance': instance.objectName,
    'app.kubernetes.io/managed-by': 'pilothouse',
    [applicationLabel]: application.id,
    [instanceLabel]: instance.id,
  };
}
