/** Why a log or a shell ended: a code the catalogues translate, and the platform's error where there is one. */
export interface StreamEnd {
  reason: string;
  error?: { code: string; message: string; params?: Record<string, string | number> };
}

/** The end a failed ticket means: a 4xx is a refusal and stays one; null is a failure that may pass. */
export function refusalOf(error: unknown): StreamEnd | null {
  const {
    status,
    code,
    message = '',
    params,
  } = error as {
    status?: number;
    code?: string;
    message?: string;
    params?: Record<string, string | number>;
  };
  if (status === undefined || status < 400 || status >= 500 || code === undefined) return null;
  return { reason: code, error: { code, message, ...(params ? { params } : {}) } };
}
