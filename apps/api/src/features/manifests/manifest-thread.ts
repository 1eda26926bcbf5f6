import { parentPort } from 'node:worker_threads';
import { linesOfFields, ManifestTextError, parseManifests } from './parse-manifests.ts';

interface Request {
  text: string;
  fields?: { index: number; field: string }[];
}

/** A thread that reads texts: megabytes of YAML take a second, which nobody else waits for. */
parentPort?.on('message', (request: Request) => {
  // a thread has no origin
  // oxlint-disable-next-line unicorn/require-post-message-target-origin
  parentPort?.postMessage(answer(request));
});

function answer({ text, fields }: Request): object {
  try {
    return { result: fields === undefined ? parseManifests(text) : linesOfFields(text, fields) };
  } catch (error) {
    if (!(error instanceof ManifestTextError)) throw error;
    return { error: { code: error.code, params: error.params } };
  }
}
