import { dangerousFieldRight, type SpecProblemView } from '@pilothouse/contract';
import { dangerousFields } from '@pilothouse/manifests';
import type { Authoriser, Subject } from '../authz/authoriser.ts';
import { AppError } from '../http/app-error.ts';

/** Throws `specRefused` with what cannot run, each problem at its field. */
export function requireNoProblems(problems: readonly SpecProblemView[]): void {
  const [first] = problems;
  if (first === undefined) return;
  throw new AppError('specRefused', { problems: problems.length, path: first.path }, 'body.spec', {
    fields: problems.map(({ path, code, params }) => ({
      field: `body.spec.${path}`,
      code,
      message: [code, ...Object.values(params)].join(' '),
    })),
  });
}

/** Throws `forbidden` for a field of an effective spec that needs a right at the node which the subject does not have. */
export async function requireDangerousFields(
  authoriser: Pick<Authoriser, 'require'>,
  subject: Subject,
  node: string,
  { spec, secrets }: { spec: Parameters<typeof dangerousFields>[0]; secrets: readonly string[] },
): Promise<void> {
  const used = new Set(dangerousFields(spec, { secrets }).map(({ field }) => field));
  await authoriser.require(
    subject,
    [...used].map((field) => dangerousFieldRight(field, node)),
  );
}
