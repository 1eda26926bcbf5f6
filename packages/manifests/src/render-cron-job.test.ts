import type { CronJob } from '@pilothouse/kinds';
import { expect, test } from 'vitest';
import { renderCronJob } from './render-cron-job.ts';
import { cronJob, cronJobToRender, defaults } from './testing/inputs.ts';

const render = (spec: object = {}, project: object = {}) =>
  renderCronJob(cronJobToRender(cronJob(spec), defaults(project)))[0] as CronJob;

test('Jobs and Pods carry its label; there is never a selector', () => {
  const { spec } = render({ pod: { labels: { team: 'a', 'pilothouse.io/cron-job': 'other' } } });
  const { metadata, spec: job } = spec.jobTemplate;
  const label = { 'pilothouse.io/cron-job': '0199d3a0-0000-7000-8000-00000000000c' };
  expect(metadata?.labels).toMatchObject(label);
  expect(job?.template.metadata?.labels).toMatchObject({ ...label, team: 'a' });
  expect(job).not.toHaveProperty('selector');
});

test('a failed try leaves its Pod, and its log, behind', () => {
  expect(render().spec.jobTemplate.spec?.template.spec?.restartPolicy).toBe('Never');
});

test('what is not said is left out; suspended is always said', () => {
  const { spec } = render();
  expect(spec.suspend).toBe(false);
  for (const key of ['timeZone', 'startingDeadlineSeconds']) expect(spec).not.toHaveProperty(key);
  expect(spec.jobTemplate.spec).not.toHaveProperty('activeDeadlineSeconds');
});

test('the project’s defaults hold for it as for instances', () => {
  const project = {
    resources: { requests: { cpu: '50m' } },
    nodeSelector: { pool: 'offline' },
    tolerations: [{ key: 'pool', operator: 'Exists' }],
    imagePullSecrets: [{ name: 'shop' }],
    registryPrefix: 'r.example.com',
  };
  const pod = render({ container: { command: [''] } }, project).spec.jobTemplate.spec?.template.spec;
  expect(pod).toEqual({
    containers: [{ name: 'app', image: 'r.example.com/busybox:1.37', resources: project.resources }],
    nodeSelector: project.nodeSelector,
    tolerations: project.tolerations,
    imagePullSecrets: project.imagePullSecrets,
    restartPolicy: 'Never',
  });
});
