/** The SPA has words for each (`specProblem.<code>`). */
export const specProblemCodes = [
  'autoscalingWithoutRequest',
  'commandBeginsEmpty',
  'configTooLarge',
  'containerNameTwice',
  'containerPortTwice',
  'headlessType',
  'hostNotAllowed',
  'ingressWithoutService',
  'mountPathTwice',
  'portUnknown',
  'portWithoutName',
  'probeHandler',
  'requestAboveLimit',
  'reservedLabel',
  'reservedVolume',
  'servicePortTwice',
  'serviceWithoutPort',
  'strategyCannotMove',
  'volumeMissing',
  'volumeNotOffered',
  'volumeSource',
] as const;
export type SpecProblemCode = (typeof specProblemCodes)[number];

/** What cannot run as it is; `path` as in `EffectiveSpec.origins`. */
export interface SpecProblem {
  path: string;
  code: SpecProblemCode;
  params: Record<string, string | number>;
}
