import { z } from 'zod';
import { dnsLabel, listQuery, pageOf, timestamp, uuid } from '../common.ts';
import { defineEndpoint, platformRight, type Requirement } from '../endpoint.ts';

const value = z.union([z.string().max(32_768), z.number(), z.boolean()]);
const shortValue = z.union([z.string().max(2000), z.number(), z.boolean()]);

export const templateVariableType = z.enum(['string', 'number', 'boolean', 'secret']);

/** What a template wants to be told. A default, and each choice, is of the variable's type; a secret has neither. */
export const templateVariable = z
  .strictObject({
    name: z
      .string()
      .max(63)
      .regex(/^[A-Za-z][A-Za-z0-9_]*$/, 'variableName'),
    type: templateVariableType,
    description: z.string().max(500).default(''),
    required: z.boolean().default(true),
    default: shortValue.nullable().default(null),
    choices: z.array(shortValue).max(100).default([]),
    /** A regular expression that the whole value has to match. */
    pattern: z.string().max(500).nullable().default(null),
  })
  .check(({ value: variable, issues }) => {
    const wrong = (path: string, message: string) =>
      issues.push({ code: 'custom', input: variable, path: [path], message });
    const { type, choices, pattern } = variable;
    const kind = type === 'number' || type === 'boolean' ? type : 'string';
    if (type === 'secret' && variable.default !== null) wrong('default', 'secretDefault');
    if (type === 'secret' && choices.length > 0) wrong('choices', 'secretDefault');
    if (variable.default !== null && typeof variable.default !== kind) wrong('default', 'variableType');
    if (choices.some((choice) => typeof choice !== kind)) wrong('choices', 'variableType');
    if (variable.default !== null && choices.length > 0 && !choices.includes(variable.default))
      wrong('default', 'variableChoice');
    if (pattern !== null && !isPattern(pattern)) wrong('pattern', 'variablePattern');
  });

function isPattern(pattern: string): boolean {
  try {
    return new RegExp(`^(?:${pattern})$`, 'u') instanceof RegExp;
  } catch {
    return false;
  }
}

export const templateVariables = z
  .array(templateVariable)
  .max(50)
  .refine((all) => new Set(all.map(({ name }) => name)).size === all.length, 'variableTwice');

/** UTF-8 bytes are bounded where it is read. */
export const templateText = z.string().min(1).max(131_072);
export const templateValues = z.record(z.string().max(63), value);

const labels = z
  .record(z.string().min(1).max(63), z.string().max(63))
  .refine((all) => Object.keys(all).length <= 64, 'tooManyLabels');
const about = { description: z.string().trim().max(1000).default(''), labels: labels.default({}) };
const content = { text: templateText, variables: templateVariables.default([]) };
const note = z.string().trim().max(200).default('');

export const templateVersion = z.object({
  version: z.number().int(),
  /** What its author says of it. */
  note: z.string(),
  author: z.string(),
  createdAt: timestamp,
});

export const template = z.object({
  id: uuid,
  name: z.string(),
  description: z.string(),
  labels: z.record(z.string(), z.string()),
  /** The newest one. */
  version: z.number().int(),
  /** Of the newest version. */
  variables: z.number().int(),
  author: z.string(),
  updatedAt: timestamp,
});
export const templateContent = templateVersion.extend({
  text: z.string(),
  variables: z.array(templateVariable),
});

/** What is wrong, or may be meant otherwise, at a line; codes and parameters as `checkTemplate` has them. */
const templateFinding = z.object({
  code: z.string(),
  level: z.enum(['error', 'warning']),
  line: z.number().int().nullable(),
  params: z.record(z.string(), z.union([z.string(), z.number()])),
});

const templateParams = z.strictObject({ template: dnsLabel });
const versionNumber = z.coerce.number().int().min(1).max(1_000_000);
const targetOf = ({ params }: { params: { template: string } }) => ({
  resource: 'template',
  name: params.template,
});

/** Whoever has a right anywhere may see what there is to roll out; that they may do so, targets and documents say. */
const anybody = (): Requirement[] => [
  { domain: { kind: 'all' }, object: '/templates', action: 'GET', match: 'entry' },
];

export const templateEndpoints = {
  listTemplates: defineEndpoint({
    id: 'templates.list',
    method: 'GET',
    path: '/templates',
    summary: 'Templates; `q` is in the name, the description or a label',
    query: listQuery,
    response: pageOf(template),
    permission: anybody,
  }),
  createTemplate: defineEndpoint({
    id: 'templates.create',
    method: 'POST',
    path: '/templates',
    summary: 'Create a template: YAML with variables, as version 1',
    body: z.strictObject({ name: dnsLabel, ...about, ...content, note }),
    response: template,
    status: 201,
    permission: () => [platformRight('POST', '/templates')],
    audit: { code: 'template.create', target: ({ body }) => ({ resource: 'template', name: body.name }) },
  }),
  previewTemplate: defineEndpoint({
    id: 'templates.preview',
    method: 'POST',
    path: '/templates/preview',
    summary: 'What a text with variables becomes with values, and what is wrong with it; nothing is kept',
    body: z.strictObject({ ...content, values: templateValues.default({}) }),
    response: z.object({
      findings: z.array(templateFinding),
      /** By variable. */
      values: z.array(z.object({ variable: z.string(), problem: z.string() })),
      /** Secrets masked; null where something is wrong. */
      text: z.string().nullable(),
    }),
    permission: anybody,
    audit: { code: 'template.preview', target: () => ({ resource: 'template' }), onlyFailures: true },
  }),
  getTemplate: defineEndpoint({
    id: 'templates.get',
    method: 'GET',
    path: '/templates/{template}',
    summary: 'One template and its versions, the newest first',
    params: templateParams,
    response: template.extend({ versions: z.array(templateVersion) }),
    permission: anybody,
  }),
  updateTemplate: defineEndpoint({
    id: 'templates.update',
    method: 'PATCH',
    path: '/templates/{template}',
    summary: 'Change description and labels of a template',
    params: templateParams,
    body: z.strictObject({ description: about.description, labels: about.labels }),
    response: template,
    permission: () => [platformRight('PATCH', '/templates/{template}')],
    audit: { code: 'template.update', target: targetOf },
  }),
  deleteTemplate: defineEndpoint({
    id: 'templates.delete',
    method: 'DELETE',
    path: '/templates/{template}',
    summary: 'Delete a template with its versions; what was rolled out stays, and so do its tasks',
    params: templateParams,
    permission: () => [platformRight('DELETE', '/templates/{template}')],
    audit: { code: 'template.delete', target: targetOf },
  }),
  getTemplateVersion: defineEndpoint({
    id: 'templates.version',
    method: 'GET',
    path: '/templates/{template}/versions/{version}',
    summary: 'One version of a template: its text and variables',
    params: templateParams.extend({ version: versionNumber }),
    response: templateContent,
    permission: anybody,
  }),
  addTemplateVersion: defineEndpoint({
    id: 'templates.addVersion',
    method: 'POST',
    path: '/templates/{template}/versions',
    summary: 'Add a version to a template; 409 where somebody else has added one meanwhile',
    params: templateParams,
    body: z.strictObject({ ...content, note, basedOn: z.number().int().min(1).max(1_000_000) }),
    response: template,
    status: 201,
    permission: () => [platformRight('POST', '/templates/{template}/versions')],
    audit: { code: 'template.addVersion', target: targetOf },
  }),
};
