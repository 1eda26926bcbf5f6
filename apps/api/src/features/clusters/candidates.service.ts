import { newId } from '../../db/ids.ts';
import { AppError } from '../../http/app-error.ts';
import type { AuditLog } from '../../http/audit.ts';
import { outcomeOf } from '../../http/mount.ts';
import { codedError, judgeFile, type Candidate, type Known } from './candidate-rules.ts';
import type { ClusterView } from './cluster-view.ts';
import type { ClustersRepository } from './clusters.repository.ts';
import { defaultSettings, type ClustersService, type Origin } from './clusters.service.ts';
import { readKubeconfigFolder, type FolderFile } from './kubeconfig-folder.ts';

export interface CandidatesServiceOptions {
  /** `PILOTHOUSE_KUBECONFIGS`. */
  folder: string;
  clusters: ClustersService;
  repository: ClustersRepository;
  audit: AuditLog;
  onError: (error: unknown) => void;
}

/** What a click decides about a file. */
interface CandidateDecision {
  context?: string | undefined;
  allowInsecure: boolean;
}

const scanMs = 3000;

/** Watches the folder of kubeconfigs: registers what is safe, shows what waits for somebody. */
export class CandidatesService {
  readonly #options: CandidatesServiceOptions;
  /** Files that could not register themselves, by candidate; they wait until they change. */
  readonly #refused = new Map<string, NonNullable<Candidate['error']>>();
  #timer: NodeJS.Timeout | undefined;
  #scanning: Promise<void> | undefined;

  constructor(options: CandidatesServiceOptions) {
    this.#options = options;
  }

  /** Scans now and every few seconds. */
  start(): void {
    const scan = () => void this.scan().catch(this.#options.onError);
    this.#timer = setInterval(scan, scanMs);
    scan();
  }

  async stop(): Promise<void> {
    clearInterval(this.#timer);
    await this.#scanning?.catch(() => undefined);
  }

  /** Whether there is any file at all. */
  async hasFiles(): Promise<boolean> {
    return (await readKubeconfigFolder(this.#options.folder)).length > 0;
  }

  async list(): Promise<Candidate[]> {
    const known = await this.#known();
    const files = await readKubeconfigFolder(this.#options.folder);
    return files.flatMap((file) => {
      const verdict = judgeFile(file, known);
      if (verdict.kind === 'waits') return [verdict.candidate];
      if (verdict.kind === 'handled') return [];
      const error = this.#refused.get(verdict.candidate.id);
      return error === undefined ? [] : [{ ...verdict.candidate, error }];
    });
  }

  /** Registers a file's cluster. Throws `notFound` for a file that is gone, changed or decided on. */
  async register(
    id: string,
    decision: CandidateDecision & { name: string; environment: string },
  ): Promise<ClusterView> {
    const { file, kubeconfig } = await this.#waiting(id);
    return this.#options.clusters.register({ ...defaultSettings, ...decision, kubeconfig }, originOf(file));
  }

  /** Gives a cluster the credential of a file that offers itself for it. Throws `notFound` for any other. */
  async replace(id: string, decision: CandidateDecision & { cluster: string }): Promise<ClusterView> {
    const { file, kubeconfig, replaces } = await this.#waiting(id);
    if (replaces !== decision.cluster) throw new AppError('notFound');
    return this.#options.clusters.replaceKubeconfig(replaces, { ...decision, kubeconfig }, originOf(file));
  }

  /** A file that waits for somebody's decision, by the id of its candidate. */
  async #waiting(id: string): Promise<{ file: FolderFile; kubeconfig: string; replaces: string | null }> {
    const known = await this.#known();
    for (const file of await readKubeconfigFolder(this.#options.folder)) {
      const verdict = judgeFile(file, known);
      if (verdict.kind === 'handled' || verdict.candidate.id !== id || file.text === null) continue;
      return { file, kubeconfig: file.text, replaces: verdict.candidate.replaces };
    }
    throw new AppError('notFound');
  }

  /** Registers what needs nobody's click; a scan under way is joined. */
  async scan(): Promise<void> {
    this.#scanning ??= this.#scanOnce().finally(() => (this.#scanning = undefined));
    return this.#scanning;
  }

  async #scanOnce(): Promise<void> {
    for (const file of await readKubeconfigFolder(this.#options.folder)) {
      if (!file.settled || file.text === null) continue;
      // each registration changes what is known
      const verdict = judgeFile(file, await this.#known());
      if (verdict.kind !== 'registers' || this.#refused.has(verdict.candidate.id)) continue;
      await this.#registerItself(file, file.text, verdict.name).catch((error: unknown) => {
        if (!(error instanceof AppError) || error.status >= 500) throw error;
        this.#refused.set(verdict.candidate.id, codedError(error));
      });
    }
  }

  async #registerItself(file: FolderFile, kubeconfig: string, name: string): Promise<void> {
    const { clusters, audit } = this.#options;
    const row = await audit.begin({
      principal: null,
      code: 'cluster.create',
      target: { resource: 'cluster', name },
      params: { file: file.file },
      address: '',
    });
    try {
      await clusters.register({ ...defaultSettings, kubeconfig, name, allowInsecure: false }, originOf(file));
      await row.end({ outcome: 'succeeded' });
    } catch (error) {
      await row.end(outcomeOf(error));
      throw error;
    }
  }

  async #known(): Promise<Known> {
    const { repository } = this.#options;
    const [handled, clusters] = await Promise.all([repository.handledFiles(), repository.list()]);
    return { handled, clusters };
  }
}

function originOf({ file, contentHash }: FolderFile): Origin {
  return { source: 'file', file: { id: newId(), file, contentHash } };
}
