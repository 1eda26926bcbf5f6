import type { ServerResponse } from 'node:http';
import type { FakeApiserverOptions } from '../fake-apiserver.ts';

/** Makes a hostile server; one that counts begins anew with every one made. */
export type Attack = () => FakeApiserverOptions;

/** A server that answers every request this way. */
export const answering =
  (answer: (response: ServerResponse, url: URL) => void): Attack =>
  () => ({ handle: (_request, response, url) => answer(response, url) });

/** The beginning of an answer that goes on. */
export function begin(response: ServerResponse, type = 'application/json', headers = {}): ServerResponse {
  response.writeHead(200, { 'content-type': type, ...headers });
  response.flushHeaders();
  return response;
}

export const mebibyte = 1024 * 1024;

export const mostNames = 172_000;
export const nameAt = (at: number): string => at.toString(36).padStart(20, '-');

let names: string | undefined;
/** An object of nothing but names that are no other's: the dearest to read, as large as one may be. */
export const namesOnly = (): string =>
  (names ??= `{${Array.from({ length: mostNames }, (_, at) => `"${nameAt(at)}":0`).join()}}`);
