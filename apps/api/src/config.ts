import { isIP } from 'node:net';
import path from 'node:path';
import { z } from 'zod';
import { parseDatabaseUrl } from './db/database-url.ts';
import { parseMasterKey, type MasterKey } from './db/key-ring.ts';
import { passwordProblem } from './authz/password-policy.ts';

const flag = z.stringbool({ truthy: ['true', '1', 'yes', 'on'], falsy: ['false', '0', 'no', 'off'] });
const folder = z.string().transform((value) => path.resolve(value));

/** What proxy-addr knows by name. */
const namedNetworks = ['loopback', 'linklocal', 'uniquelocal'];

/** Comma-separated addresses, networks or {@link namedNetworks}. */
const proxies = z.string().transform((value, context) => {
  const items = value.split(',').map((item) => item.trim());
  for (const item of items.filter((item) => !namedNetworks.includes(item) && !isNetwork(item))) {
    context.addIssue({ code: 'custom', message: `${item} is no address and no network` });
  }
  return items;
});

function isNetwork(text: string): boolean {
  const [address = '', bits, ...rest] = text.split('/');
  const longest = { 0: -1, 4: 32, 6: 128 }[isIP(address)] ?? -1;
  const isPrefix = bits === undefined || (/^\d{1,3}$/.test(bits) && Number(bits) <= longest);
  return longest > 0 && isPrefix && rest.length === 0;
}

const masterKeys = z.string().transform((value, context): MasterKey[] => {
  try {
    return value.split(',').map((key) => parseMasterKey(key.trim()));
  } catch (error) {
    context.addIssue({ code: 'custom', message: (error as Error).message });
    return z.NEVER;
  }
});

const databaseUrl = z.string({ error: 'is missing' }).superRefine((value, context) => {
  try {
    parseDatabaseUrl(value);
  } catch (error) {
    context.addIssue({ code: 'custom', message: (error as Error).message });
  }
});

/** `https://*.forward.example.com`: the star is a label of its own. */
const forwardUrl = z.string().refine((value) => {
  const url = URL.parse(value.replace('//*.', '//x.'));
  const isWhole = url !== null && /^https?:$/.test(url.protocol) && url.pathname === '/' && url.search === '';
  return isWhole && value.includes('//*.') && !value.endsWith('/');
}, 'must be like https://*.forward.example.com');

/** Names of the service tree's levels, from the top; an application hangs in a project, so there are two at least. */
const treeLevels = z
  .string()
  .transform((value) => value.split(',').map((name) => name.trim()))
  .pipe(z.array(z.string().min(1).max(30)).min(2).max(10));

const amount = (usual: number) => z.coerce.number().int().min(1).max(1_000_000).default(usual);
/** A hundred years are for ever. */
const days = (usual: number) => z.coerce.number().int().min(1).max(36_500).default(usual);

const settings = z.object({
  NODE_ENV: z.string().default('development'),
  DATABASE_URL: databaseUrl,
  PILOTHOUSE_HOST: z.string().default('127.0.0.1'),
  PILOTHOUSE_PORT: z.coerce.number().int().min(0).max(65_535).default(8800),
  PILOTHOUSE_PUBLIC_URL: z.url({ protocol: /^https?$/, error: 'must be an http or https URL' }).optional(),
  PILOTHOUSE_TRUSTED_PROXIES: proxies.default([]),
  PILOTHOUSE_DATA: folder.default(path.resolve('.data')),
  PILOTHOUSE_MASTER_KEY: masterKeys.optional(),
  PILOTHOUSE_ADMIN_PASSWORD: z.string().max(1024).optional(),
  PILOTHOUSE_KUBECONFIGS: folder.default(path.resolve('kubeconfigs')),
  PILOTHOUSE_ALLOW_LOOPBACK_CLUSTERS: flag.default(false),
  PILOTHOUSE_DEMO: z.enum(['auto', 'off']).default('auto'),
  PILOTHOUSE_LOG_LEVEL: z
    .enum(['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'])
    .default('info'),
  PILOTHOUSE_PING_SECONDS: z.coerce.number().int().min(1).max(300).default(25),
  PILOTHOUSE_LIVE_SOCKETS: amount(20),
  PILOTHOUSE_LOG_STREAMS: amount(50),
  PILOTHOUSE_POD_LOG_STREAMS: amount(5),
  PILOTHOUSE_SHELLS: amount(20),
  PILOTHOUSE_DOWNLOADS: amount(10),
  PILOTHOUSE_FORWARDS: amount(10),
  PILOTHOUSE_FORWARD_URL: forwardUrl.optional(),
  PILOTHOUSE_AUDIT_DAYS: days(365),
  PILOTHOUSE_OPERATION_DAYS: days(90),
  PILOTHOUSE_RECORDING_DAYS: days(90),
  PILOTHOUSE_RECORDING_MIB: amount(64),
  PILOTHOUSE_RECORDINGS_MIB: amount(4096),
  PILOTHOUSE_HISTORY_MIB: amount(1024),
  PILOTHOUSE_NODE_SHELL_IMAGE: z.string().max(500).regex(/^\S+$/, 'is no image').optional(),
  PILOTHOUSE_NODE_SHELL_NAMESPACE: z
    .string()
    .max(63)
    .regex(/^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/, 'is no name of a namespace')
    .default('kube-system'),
  PILOTHOUSE_TREE_LEVELS: treeLevels.default(['company', 'department', 'project', 'application']),
  PILOTHOUSE_METRICS_TOKEN: z.string().min(16, 'must have at least 16 characters').optional(),
});

/** The platform's settings; `docs/operations.md` lists them. */
export interface Config {
  production: boolean;
  databaseUrl: string;
  host: string;
  port: number;
  /** Origin browsers must come from; a Secure cookie behind https. */
  publicUrl: string;
  trustedProxies: string[];
  dataFolder: string;
  /** Current one first; null: the data folder's own. */
  masterKeys: MasterKey[] | null;
  /** Of the first administrator; null: drawn at random and told once. */
  adminPassword: string | null;
  kubeconfigsFolder: string;
  allowLoopbackClusters: boolean;
  demo: 'auto' | 'off';
  logLevel: string;
  /** How often a stream is pinged, towards the browser and towards the cluster: proxies cut what is silent. */
  pingMs: number;
  /** Of a session, by purpose; a user has room for twice as many. */
  streamLimits: {
    live: number;
    log: number;
    logs: number;
    exec: number;
    nodeShell: number;
    download: number;
    forward: number;
  };
  /** Host names of port forwards, with a star; null: below localhost on loopback, none elsewhere. */
  forwardUrl: string | null;
  /** Of the Pods of node shells; null: there are no node shells. */
  nodeShell: {
    image: string;
    namespace: string;
    /** Of the machine, whose namespaces are entered: the first one. */
    process: number;
  } | null;
  retention: {
    auditDays: number;
    operationDays: number;
    recordingDays: number;
    /** Of one shell's recording, and of all together. */
    recordingBytes: number;
    recordingsBytes: number;
    /** Of objects before and after writes, all together. */
    historyBytes: number;
  };
  /** What the levels of the service tree are called, from the top; the last two are projects and applications. */
  treeLevels: string[];
  /** What `/metrics` asks for; null: it is not served. */
  metricsToken: string | null;
}

/** Reads the settings. Throws one sentence for each that is wrong; values are never repeated. */
export function readConfig(environment: Record<string, string | undefined> = process.env): Readonly<Config> {
  // an empty setting is one that was not made
  const given = Object.fromEntries(Object.entries(environment).filter(([, value]) => value !== ''));
  const result = settings.safeParse(given);
  if (!result.success) throw new Error(result.error.issues.map(sentenceOf).join('\n'));
  const values = result.data;
  const config: Config = {
    production: values.NODE_ENV === 'production',
    databaseUrl: values.DATABASE_URL,
    host: values.PILOTHOUSE_HOST,
    port: values.PILOTHOUSE_PORT,
    publicUrl: values.PILOTHOUSE_PUBLIC_URL ?? defaultUrl(values.PILOTHOUSE_HOST, values.PILOTHOUSE_PORT),
    trustedProxies: values.PILOTHOUSE_TRUSTED_PROXIES,
    dataFolder: values.PILOTHOUSE_DATA,
    masterKeys: values.PILOTHOUSE_MASTER_KEY ?? null,
    adminPassword: values.PILOTHOUSE_ADMIN_PASSWORD ?? null,
    kubeconfigsFolder: values.PILOTHOUSE_KUBECONFIGS,
    allowLoopbackClusters: values.PILOTHOUSE_ALLOW_LOOPBACK_CLUSTERS,
    demo: values.PILOTHOUSE_DEMO,
    logLevel: values.PILOTHOUSE_LOG_LEVEL,
    pingMs: values.PILOTHOUSE_PING_SECONDS * 1000,
    streamLimits: {
      live: values.PILOTHOUSE_LIVE_SOCKETS,
      log: values.PILOTHOUSE_LOG_STREAMS,
      logs: values.PILOTHOUSE_POD_LOG_STREAMS,
      exec: values.PILOTHOUSE_SHELLS,
      nodeShell: values.PILOTHOUSE_SHELLS,
      download: values.PILOTHOUSE_DOWNLOADS,
      forward: values.PILOTHOUSE_FORWARDS,
    },
    forwardUrl: values.PILOTHOUSE_FORWARD_URL ?? null,
    nodeShell:
      values.PILOTHOUSE_NODE_SHELL_IMAGE === undefined
        ? null
        : {
            image: values.PILOTHOUSE_NODE_SHELL_IMAGE,
            namespace: values.PILOTHOUSE_NODE_SHELL_NAMESPACE,
            process: 1,
          },
    retention: {
      auditDays: values.PILOTHOUSE_AUDIT_DAYS,
      operationDays: values.PILOTHOUSE_OPERATION_DAYS,
      recordingDays: values.PILOTHOUSE_RECORDING_DAYS,
      recordingBytes: values.PILOTHOUSE_RECORDING_MIB * 2 ** 20,
      recordingsBytes: values.PILOTHOUSE_RECORDINGS_MIB * 2 ** 20,
      historyBytes: values.PILOTHOUSE_HISTORY_MIB * 2 ** 20,
    },
    treeLevels: values.PILOTHOUSE_TREE_LEVELS,
    metricsToken: values.PILOTHOUSE_METRICS_TOKEN ?? null,
  };
  if (config.production) refuseWeakSecrets(config);
  refuseOwnForwardHost(config);
  return Object.freeze(config);
}

function sentenceOf(issue: z.core.$ZodIssue): string {
  return `The setting ${issue.path.join('.')} cannot be used: ${issue.message}.`;
}

function defaultUrl(host: string, port: number): string {
  const everywhere = host === '0.0.0.0' || host === '::';
  const name = everywhere ? '127.0.0.1' : host.includes(':') ? `[${host}]` : host;
  return `http://${name}:${port}`;
}

/** At a host name of forwards nothing of the platform answers. */
function refuseOwnForwardHost({ forwardUrl: pattern, publicUrl }: Config): void {
  if (pattern === null) return;
  const suffix = new URL(pattern.replace('*', 'x')).host.slice(1);
  if (new URL(publicUrl).host.endsWith(suffix))
    throw new Error(
      `The setting PILOTHOUSE_FORWARD_URL cannot be used: ${publicUrl}, where the platform is, would be one of its host names.`,
    );
}

function refuseWeakSecrets({ masterKeys, adminPassword }: Config): void {
  if (masterKeys === null) {
    throw new Error(
      'With NODE_ENV=production the setting PILOTHOUSE_MASTER_KEY is required; `openssl rand -base64 32` makes one.',
    );
  }
  const problem = adminPassword === null ? undefined : passwordProblem(adminPassword, 'admin');
  if (problem !== undefined) {
    throw new Error(`With NODE_ENV=production PILOTHOUSE_ADMIN_PASSWORD is refused as too weak: ${problem}.`);
  }
}
