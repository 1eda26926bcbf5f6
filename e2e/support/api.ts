import { endpoints } from '@pilothouse/contract';
import type { CallInputOf, Endpoint, OutputOf } from '@pilothouse/contract';
import type { z } from 'zod';

type Schema = z.ZodType | undefined;

/** What the platform answered to a call that may be refused. */
export interface Answer<Body> {
  status: number;
  /** Only of a success. */
  body: Body | undefined;
  /** Of a refusal: the error's code. */
  code: string | undefined;
}

/** Speaks the platform's API as a script does: for setting a scene, and for asking what the API says. */
export class ApiClient {
  readonly #url: string;
  readonly #token: string | undefined;

  constructor(url: string, token?: string) {
    this.#url = url;
    this.#token = token;
  }

  /** Makes a call that may be refused. */
  async attempt<P extends Schema, Q extends Schema, B extends Schema, R extends Schema>(
    endpoint: Endpoint<P, Q, B, R>,
    input: CallInputOf<Endpoint<P, Q, B, R>>,
  ): Promise<Answer<OutputOf<Endpoint<P, Q, B, R>>>> {
    const {
      params = {},
      query = {},
      body,
    } = input as Partial<Record<'params' | 'query', object>> & { body?: unknown };
    const response = await fetch(`${this.#url}/api/v1${pathOf(endpoint.path, params)}${queryOf(query)}`, {
      method: endpoint.method,
      headers: {
        origin: this.#url,
        ...(this.#token === undefined ? {} : { authorization: `Bearer ${this.#token}` }),
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    const isJson = response.headers.get('content-type')?.startsWith('application/json') ?? false;
    const answer = isJson && text !== '' ? JSON.parse(text) : text;
    return response.ok
      ? { status: response.status, body: answer, code: undefined }
      : { status: response.status, body: undefined, code: answer.error?.code };
  }

  /** Makes a call that must succeed. */
  async call<P extends Schema, Q extends Schema, B extends Schema, R extends Schema>(
    endpoint: Endpoint<P, Q, B, R>,
    input: CallInputOf<Endpoint<P, Q, B, R>>,
  ): Promise<OutputOf<Endpoint<P, Q, B, R>>> {
    const { status, body, code } = await this.attempt(endpoint, input);
    if (code !== undefined || status >= 400) throw new Error(`${endpoint.id}: ${status} ${code}`);
    return body as OutputOf<Endpoint<P, Q, B, R>>;
  }
}

/** Signs in; the account must not owe a password change. */
export async function signInToApi(url: string, username: string, password: string): Promise<ApiClient> {
  const { accessToken } = await new ApiClient(url).call(endpoints.login, { body: { username, password } });
  return new ApiClient(url, accessToken);
}

/** Does the forced change of a first password. */
export async function changeFirstPassword(
  url: string,
  { username, first, next }: { username: string; first: string; next: string },
): Promise<ApiClient> {
  const owing = await signInToApi(url, username, first);
  const body = { currentPassword: first, newPassword: next };
  const { accessToken } = await owing.call(endpoints.changePassword, { body });
  return new ApiClient(url, accessToken);
}

function pathOf(pattern: string, params: object): string {
  const values = params as Record<string, string>;
  return pattern.replaceAll(/\{(\w+)\}/g, (_, name: string) => encodeURIComponent(values[name] ?? ''));
}

function queryOf(query: object): string {
  const search = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) {
    for (const each of [value].flat()) if (each !== undefined) search.append(name, String(each));
  }
  return search.size === 0 ? '' : `?${search}`;
}
