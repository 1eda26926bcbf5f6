/** An answer, with its body read: JSON where it is JSON, else text. */
export interface TestAnswer {
  status: number;
  headers: Headers;
  // tests look into bodies of every shape
  // oxlint-disable-next-line typescript/no-explicit-any
  body: any;
}

export interface TestRequest {
  body?: unknown;
  headers?: Record<string, string>;
}

/** Sends requests as a script would: a token in the header, no cookies but those given. */
export class TestClient {
  readonly url: string;
  readonly token: string | null;

  /** @param url origin of the platform */
  constructor(url: string, token: string | null = null) {
    this.url = url;
    this.token = token;
  }

  as(token: string | null): TestClient {
    return new TestClient(this.url, token);
  }

  get(path: string, request: TestRequest = {}): Promise<TestAnswer> {
    return this.send('GET', path, request);
  }

  post(path: string, body?: unknown, request: TestRequest = {}): Promise<TestAnswer> {
    return this.send('POST', path, { body, ...request });
  }

  patch(path: string, body: unknown): Promise<TestAnswer> {
    return this.send('PATCH', path, { body });
  }

  put(path: string, body: unknown): Promise<TestAnswer> {
    return this.send('PUT', path, { body });
  }

  delete(path: string): Promise<TestAnswer> {
    return this.send('DELETE', path);
  }

  /** @param path below `/api/v1` */
  async send(method: string, path: string, { body, headers = {} }: TestRequest = {}): Promise<TestAnswer> {
    const response = await fetch(`${this.url}/api/v1${path}`, {
      method,
      redirect: 'manual',
      headers: {
        ...(this.token !== null && { authorization: `Bearer ${this.token}` }),
        ...(body !== undefined && { 'content-type': 'application/json' }),
        ...headers,
      },
      ...(body !== undefined && { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    });
    const text = await response.text();
    const isJson = response.headers.get('content-type')?.startsWith('application/json') === true;
    return { status: response.status, headers: response.headers, body: isJson ? JSON.parse(text) : text };
  }
}
