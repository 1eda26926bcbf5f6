/**
 * Whether a policy's object covers a requirement's. By whole segments: `*` is any one segment, `**` at the end any
 * number of them, also none: `k8s/core/*` covers `k8s/core/pods` and not `k8s/core/pods/exec`, `k8s/**` both.
 */
export function objectMatches(pattern: string, object: string): boolean {
  if (!isPattern(pattern)) return pattern === object;
  const wanted = pattern.split('/');
  const given = object.split('/');
  const open = wanted.at(-1) === '**';
  if (open) wanted.pop();
  if (open ? given.length < wanted.length : given.length !== wanted.length) return false;
  return wanted.every((segment, index) => segment === '*' || segment === given[index]);
}

/** Whether it covers more than one object. */
export function isPattern(object: string): boolean {
  return object.includes('*');
}

/** Matches any action. */
export const anyAction = 'All';
