import {
  forbiddenAddress,
  inspectKubeconfig,
  isLoopbackHost,
  KubeconfigError,
  parseKubeconfig,
  readContext,
  type ClusterCredential,
  type Kubeconfig,
  type KubeconfigContext,
  type KubeconfigInspection,
  type ParsedKubeconfig,
} from '@pilothouse/kube';
import { isIP } from 'node:net';
import { AppError } from '../../http/app-error.ts';

/** A kubeconfig and what the user chose of it. */
export interface KubeconfigChoice {
  kubeconfig: string;
  context?: string | undefined;
  /** The explicit tick that certificate checks may be off. */
  allowInsecure: boolean;
}

/** The context that will be used: its credential, and what may be shown of it. */
export interface ChosenContext {
  credential: ClusterCredential;
  shown: KubeconfigContext;
}

/** As kube's, with errors of the contract. */
export function inspect(kubeconfig: Kubeconfig): KubeconfigInspection {
  return refusing(() => inspectKubeconfig(kubeconfig));
}

/** Reads a kubeconfig's text, for several looks at it. */
export function parse(kubeconfig: string): ParsedKubeconfig {
  return refusing(() => parseKubeconfig(kubeconfig));
}

/**
 * Reads the chosen context. Throws the contract's `kubeconfig…` codes, or `addressForbidden` where its server names an
 * address no cluster may have; what a name resolves to is checked when it is connected to.
 */
export function chooseContext(
  { kubeconfig, context, allowInsecure }: Omit<KubeconfigChoice, 'kubeconfig'> & { kubeconfig: Kubeconfig },
  allowLoopback: boolean,
): ChosenContext {
  const config = refusing(() => parseKubeconfig(kubeconfig));
  const credential = refusing(() => readContext(config, context, { allowInsecure }));
  const { contexts } = inspect(config);
  const shown = contexts.find(({ name }) => name === (context ?? contexts[0]?.name));
  if (shown === undefined) throw new AppError('kubeconfigContextUnknown', { context: context ?? '' });
  refuseAddress(new URL(credential.server).hostname.replace(/^\[|\]$/g, ''), allowLoopback);
  return { credential, shown };
}

function refuseAddress(host: string, allowLoopback: boolean): void {
  const reason =
    isIP(host) === 0
      ? isLoopbackHost(host) && !allowLoopback && 'loopback'
      : forbiddenAddress(host, { allowLoopback });
  if (reason) throw new AppError('addressForbidden', { address: host, reason }, 'body.kubeconfig');
}

function refusing<T>(read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (error instanceof KubeconfigError) {
      throw new AppError(error.code, error.params as Record<string, string>, 'body.kubeconfig');
    }
    throw error;
  }
}
