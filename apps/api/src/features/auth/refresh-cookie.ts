import type { Request, Response } from 'express';

const path = '/api/v1/auth';

/** The only cookie: HttpOnly, for the platform's own pages, sent to `/auth` only. */
export class RefreshCookie {
  readonly #name: string;
  readonly #secure: boolean;

  /** Cookies know no ports: two platforms on one host would take each other's. */
  constructor(publicUrl: string) {
    const { protocol, port } = new URL(publicUrl);
    this.#secure = protocol === 'https:';
    this.#name = `${this.#secure ? '__Secure-' : ''}pilothouse_refresh${port === '' ? '' : `_${port}`}`;
  }

  read(req: Request): string | undefined {
    const pairs = (req.headers.cookie ?? '').split(';').map((pair) => pair.trim().split('=', 2));
    return pairs.find(([name]) => name === this.#name)?.[1];
  }

  write(res: Response, token: string): void {
    res.cookie(this.#name, token, { ...this.#attributes, maxAge: 7 * 24 * 3600_000 });
  }

  clear(res: Response): void {
    res.clearCookie(this.#name, this.#attributes);
  }

  get #attributes() {
    return { httpOnly: true, sameSite: 'strict', secure: this.#secure, path } as const;
  }
}
