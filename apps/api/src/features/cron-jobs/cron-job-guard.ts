import type { CronJobSpec, SpecProblemView } from '@pilothouse/contract';
import { isScheduleProblem, isTimeZone, readSchedule } from '@pilothouse/kinds';
import { applicationSecretName, checkCronJob } from '@pilothouse/manifests';
import type { Authoriser, Subject } from '../../authz/authoriser.ts';
import type { ProjectNamespaceRow } from '../../projects/project-namespaces.repository.ts';
import { requireDangerousFields, requireNoProblems } from '../../projects/spec-rules.ts';

/** What may not be in a cron job: what cannot run, and what needs a right of its own that its writer does not have. */
export class CronJobGuard {
  readonly #authoriser: Pick<Authoriser, 'require' | 'policies'>;

  constructor(authoriser: Pick<Authoriser, 'require' | 'policies'>) {
    this.#authoriser = authoriser;
  }

  /** What keeps it from running. */
  problemsOf(spec: CronJobSpec, { defaults }: Pick<ProjectNamespaceRow, 'defaults'>): SpecProblemView[] {
    return [...scheduleProblems(spec), ...checkCronJob(spec, defaults)];
  }

  /** Throws `specRefused`, or `forbidden` for a field that needs a right. */
  async require(subject: Subject, spec: CronJobSpec, place: ProjectNamespaceRow): Promise<void> {
    requireNoProblems(this.problemsOf(spec, place));
    const { tree } = await this.#authoriser.policies();
    const ofApplications = tree.branchOf(place.projectId).map((node) => applicationSecretName(node));
    const ofNamespace = place.defaults.imagePullSecrets.map(({ name }) => name);
    const secrets = [...ofApplications, ...ofNamespace];
    await requireDangerousFields(this.#authoriser, subject, place.projectId, { spec, secrets });
  }
}

/** As the apiserver reads them (`validateScheduleFormat`, `validateTimeZone`). */
function scheduleProblems({ schedule, timeZone }: CronJobSpec): SpecProblemView[] {
  const read = readSchedule(schedule);
  const problems: SpecProblemView[] = [];
  if (isScheduleProblem(read)) {
    problems.push({ path: 'schedule', code: `schedule.${read.code}`, params: read.params });
  }
  if (timeZone !== null && !isTimeZone(timeZone))
    problems.push({ path: 'timeZone', code: 'timeZone', params: { value: timeZone } });
  return problems;
}
