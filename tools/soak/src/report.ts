import { execFileSync } from 'node:child_process';
import { cpus, release, totalmem } from 'node:os';
import { kubernetesVersions } from '@pilothouse/control-plane';
import { root } from '@pilothouse/start/project';
import type { Result } from './run-scenarios.ts';
import type { Figure, Scenario } from './scenario.ts';

/** The checkout's revision, with a `+` when it has changes beyond the report itself. */
export function revision(): string {
  const git = (...arguments_: string[]) =>
    execFileSync('git', arguments_, { cwd: root, encoding: 'utf8' }).trim();
  try {
    return (
      git('rev-parse', '--short', 'HEAD') +
      (git('status', '--porcelain', '--', '.', ':!docs/soak.md') === '' ? '' : '+')
    );
  } catch {
    return 'unknown';
  }
}

const introduction = `# Soak

Written by \`npm run soak\`, which runs for about an hour on its own once it is started; \`npm run soak -- status\` says how it stands, \`npm run soak -- stop\` ends it.
\`npm run soak -- start churn\` runs one scenario and renews its section. \`npm test\` runs the same code scaled down (\`tools/soak\`).
`;

/** `docs/soak.md` with a scenario's new result; the others stay as they are in `report`, wherever they were measured. */
export function renewed(
  report: string,
  scenarios: readonly Scenario[],
  result: Result,
  revision: string,
): string {
  const kept = report.split(/^(?=## )/m);
  const parts = scenarios.map((scenario) => {
    if (scenario.name === result.name) return section(scenario, result, revision);
    const before = kept.find((part) => part.split(/[:\n]/, 1)[0] === `## ${scenario.name}`);
    return before?.trimEnd().concat('\n') ?? `## ${scenario.name}\n\n${scenario.title}.\n\nNot run yet.\n`;
  });
  return [introduction, ...parts].join('\n');
}

function section({ name, title }: Scenario, result: Result, revision: string): string {
  const when = result.startedAt.slice(0, 16).replace('T', ' ');
  const facts = [`${when} UTC, ${Math.round(result.minutes)} min, revision ${revision}`, machine()];
  const why = result.reason === undefined ? '' : `\n${result.reason}\n`;
  return `## ${name}: ${result.verdict}\n\n${title}.\n\n${facts.join('; ')}\n${why}${table(result)}`;
}

function machine(): string {
  const memory = Math.round(totalmem() / 1e9);
  const [kernel] = release().split('-');
  const kubernetes = Object.values(kubernetesVersions).map(({ version }) => version);
  return `${cpus().length} cores, ${memory} GB, Linux ${kernel}, Node ${process.version}, Kubernetes ${kubernetes.join(' and ')}`;
}

function table({ figures }: Result): string {
  if (figures.length === 0) return '';
  const line = ({ what, measured, bar = '', holds }: Figure) =>
    `| ${what} | ${measured} | ${bar} | ${holds === undefined ? '' : holds ? 'pass' : '**fail**'} |`;
  return `\n| what | measured | bar | |\n|---|---|---|---|\n${figures.map(line).join('\n')}\n`;
}

/** The same for a terminal. */
export function printed({ name, verdict, reason, figures, minutes }: Result): string {
  const line = ({ what, measured, bar, holds }: Figure) => {
    const mark = holds === undefined ? '    ' : holds ? 'pass' : 'FAIL';
    return `  ${mark}  ${what}: ${measured}${bar === undefined ? '' : ` (${bar})`}`;
  };
  const head = `${name}: ${verdict}, ${minutes.toFixed(1)} min${reason === undefined ? '' : `: ${reason}`}`;
  return [head, ...figures.map(line)].join('\n');
}
