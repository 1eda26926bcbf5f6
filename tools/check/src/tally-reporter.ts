import { writeFileSync } from 'node:fs';
import { relative } from 'node:path';
import { lackOf } from '@pilothouse/testing';
import type { Reporter, SerializedError, TestModule } from 'vitest/node';
import { root } from './root.ts';
import { gist, type Tally } from './tally.ts';

/** A Vitest reporter: leaves what `npm test` counts in the file that `PILOTHOUSE_TALLY` names. */
export default class TallyReporter implements Reporter {
  onTestRunEnd(modules: readonly TestModule[], unhandled: readonly SerializedError[]): void {
    const tally: Tally = {
      tests: modules.flatMap((module) =>
        [...module.children.allTests()].map((test) => ({
          file: fileOf(module),
          name: test.fullName,
          state: test.result().state,
          retries: test.diagnostic()?.retryCount ?? 0,
          errors: [...new Set(test.result().errors?.map(({ message }) => gist(message)))],
          machineLacks: lackOf(test.meta()),
        })),
      ),
      failedFiles: modules.filter((module) => module.state() === 'failed').map(fileOf),
      otherErrors: unhandled.map(
        ({ VITEST_TEST_PATH: path, VITEST_TEST_NAME: test, message }) =>
          `${path ? relative(root, String(path)) : 'no file'}${test ? ` > ${test}` : ''}: ${gist(String(message))}`,
      ),
    };
    writeFileSync(process.env['PILOTHOUSE_TALLY'] ?? 'tally.json', JSON.stringify(tally));
  }
}

function fileOf(module: TestModule): string {
  return relative(root, module.moduleId);
}
