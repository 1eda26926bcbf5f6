/** Codes of the API's contract, with their parameters. */
export interface KubeconfigErrors {
  /** Not a kubeconfig at all, or the chosen context is broken. */
  kubeconfigUnreadable: { reason: string };
  /** It uses what the platform does not run or follow; `way` leads out. */
  kubeconfigRefused: { what: string; way: string };
  kubeconfigContextRequired: Record<string, never>;
  kubeconfigContextUnknown: { context: string };
  /** Certificate checks are off and nobody confirmed that. */
  kubeconfigInsecure: Record<string, never>;
}

/** What `inspectKubeconfig` and `readContext` throw. */
export class KubeconfigError<C extends keyof KubeconfigErrors = keyof KubeconfigErrors> extends Error {
  override readonly name = 'KubeconfigError';
  readonly code: C;
  readonly params: KubeconfigErrors[C];

  constructor(code: C, params: KubeconfigErrors[C]) {
    super(`${code} ${JSON.stringify(params)}`);
    this.code = code;
    this.params = params;
  }
}

/** The error of a text that is no kubeconfig, or of a context that is broken. */
export function unreadable(reason: string): KubeconfigError {
  return new KubeconfigError('kubeconfigUnreadable', { reason });
}
