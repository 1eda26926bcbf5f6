import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import type { LocalCluster } from '@pilothouse/control-plane';
import { stopProcess } from '@pilothouse/start/processes';
import { openBrowser, openTab } from '../../../e2e/support/browser.ts';
import { submitLogin } from '../../../e2e/support/sign-in.ts';
import { followRows, onMessage } from './live-rows.ts';
import { now } from './load.ts';
import { account, type Platform } from './platform.ts';

interface WatchedPod {
  uid: string;
  name: string;
}

/** Somebody who watches the pods of a namespace. */
export interface Watcher {
  /** Resolves with the moment at which it showed the pod with this many restarts; rejects after ten seconds. */
  sees(pod: WatchedPod, restarts: number): Promise<number>;
  stop(): Promise<void>;
}

const patienceMs = 10_000;

/** What was seen, by pod and restarts, and who waits for it. */
class Sightings {
  readonly #waiting = new Map<string, (at: number) => void>();
  readonly #who: string;

  constructor(who: string) {
    this.#who = who;
  }

  saw(pod: string, restarts: number, at: number): void {
    this.#waiting.get(`${pod} ${restarts}`)?.(at);
  }

  wait(pod: string, restarts: number): Promise<number> {
    return new Promise((resolve, reject) => {
      const late = setTimeout(() => reject(new Error(`${this.#who} never saw ${pod} change`)), patienceMs);
      this.#waiting.set(`${pod} ${restarts}`, (at) => {
        clearTimeout(late);
        resolve(at);
      });
    });
  }
}

/** `kubectl get pods -w`; `ready` when it has printed the first list. */
export function watchByKubectl(
  kubectl: string,
  cluster: LocalCluster,
  namespace: string,
): Watcher & { ready: Promise<void> } {
  const arguments_ = ['get', 'pods', '--namespace', namespace, '--watch', '--no-headers'];
  const child = spawn(kubectl, ['--kubeconfig', cluster.kubeconfigPath, ...arguments_], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const sightings = new Sightings('kubectl');
  const lines = createInterface({ input: child.stdout });
  const ready = new Promise<void>((resolve) => lines.once('line', () => setTimeout(resolve, 3000)));
  lines.on('line', (line) => {
    const [name = '', , , restarts] = line.split(/\s+/);
    sightings.saw(name, Number(restarts), now());
  });
  return {
    ready,
    sees: ({ name }, restarts) => sightings.wait(name, restarts),
    stop: () => stopProcess(child.pid ?? 0, { graceMs: 1000 }),
  };
}

/** The live socket of a tab that shows the first page. */
export async function watchBySocket(platform: Platform, namespace: string): Promise<Watcher> {
  const stream = await followRows(platform, 'main', 'pods', { namespace: [namespace], pageSize: 50 });
  const sightings = new Sightings('the live socket');
  onMessage(stream, ({ changed }) => {
    const at = now();
    for (const { uid, cells } of changed ?? []) sightings.saw(uid, cells.restarts, at);
  });
  return {
    sees: ({ uid }, restarts) => sightings.wait(uid, restarts),
    async stop() {
      stream.socket.close();
    },
  };
}

/** Chromium with the page of the namespace's pods open. */
export async function watchByBrowser(platform: Platform, namespace: string): Promise<Watcher> {
  const online = await openBrowser(Number(new URL(platform.url).port));
  const { page } = await openTab(online.browser);
  const path = `/clusters/main/pods?namespace=${namespace}`;
  await page.goto(`${platform.url}/login?returnTo=${encodeURIComponent(path)}`);
  await submitLogin(page, account.username, account.password);
  await page.locator('tr[data-uid]').first().waitFor({ timeout: 60_000 });
  await page.evaluate(noteCells);
  return {
    async sees({ uid }, restarts) {
      const deadline = Date.now() + patienceMs;
      for (;;) {
        const at = await page.evaluate<number | undefined>(`benchSeen.get('${uid} ${restarts}')`);
        if (at !== undefined) return at;
        if (Date.now() > deadline) throw new Error(`the browser never saw ${uid} change`);
        await sleep(20);
      }
    },
    stop: () => online.close(),
  };
}

/** In the page: notes when each cell of each row first showed what it shows. */
const noteCells = `
  const benchSeen = new Map();
  const cellsOf = (node) => {
    const element = node.nodeType === Node.TEXT_NODE ? node.parentElement : node;
    const cell = element?.closest('td');
    return cell ? [cell] : [...(element?.querySelectorAll('td') ?? [])];
  };
  new MutationObserver((mutations) => {
    const at = performance.timeOrigin + performance.now();
    for (const cell of new Set(mutations.flatMap(({ target }) => cellsOf(target)))) {
      const key = cell.closest('tr')?.dataset.uid + ' ' + cell.textContent.trim();
      if (!benchSeen.has(key)) benchSeen.set(key, at);
    }
  }).observe(document.body, { subtree: true, childList: true, characterData: true });
  globalThis.benchSeen = benchSeen;
`;
