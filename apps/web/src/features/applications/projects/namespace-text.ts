import type { ProjectNamespace } from '../application-types.ts';

type Defaults = ProjectNamespace['defaults'];

const pairs = (map: Readonly<Record<string, string>> = {}) =>
  Object.entries(map).map(([key, value]) => `${key}=${value}`);

/** Hard limits in one line. */
export function quotaText(quota: ProjectNamespace['quota']): string {
  return pairs(quota).join(', ');
}

/** What is set of a namespace's defaults, each in one line. */
export function defaultsText(defaults: Defaults): [keyof Defaults, string][] {
  const { resources, tolerations, nodeSelector, imagePullSecrets, registryPrefix, ingressHosts } = defaults;
  const amounts = [
    ...pairs(resources.requests).map((each) => `requests.${each}`),
    ...pairs(resources.limits).map((each) => `limits.${each}`),
  ];
  const all: [keyof Defaults, string][] = [
    ['resources', amounts.join(', ')],
    ['nodeSelector', pairs(nodeSelector).join(', ')],
    ['tolerations', tolerations.map(tolerationText).join(', ')],
    ['imagePullSecrets', imagePullSecrets.map(({ name }) => name).join(', ')],
    ['registryPrefix', registryPrefix],
    ['ingressHosts', ingressHosts.join(', ')],
  ];
  return all.filter(([, text]) => text !== '');
}

/** As `kubectl describe pod` writes it. */
export function tolerationText({ key, operator, value, effect }: Record<string, unknown>): string {
  const name = key === undefined || key === '' ? '*' : String(key);
  const held = operator === 'Exists' || value === undefined ? name : `${name}=${String(value)}`;
  return effect === undefined ? held : `${held}:${String(effect)}`;
}
