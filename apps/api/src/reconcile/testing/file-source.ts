import { appendFileSync, existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { KubernetesObject } from '@pilothouse/kinds';
import { ownerLabels, type Rendered, type UnitSource } from '../unit-source.ts';

/** What should be, as files of a folder that several processes read. */
export class FileSource implements UnitSource {
  readonly kind = 'instance';
  readonly #folder: string;

  constructor(folder: string) {
    this.#folder = folder;
  }

  write(ownerId: string, rendered: Rendered | null): void {
    if (rendered === null) rmSync(this.#file(ownerId), { force: true });
    else writeFileSync(this.#file(ownerId), JSON.stringify(rendered));
  }

  async render({ ownerId }: { ownerId: string }): Promise<Rendered | null> {
    const file = this.#file(ownerId);
    return existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as Rendered) : null;
  }

  /** Who was told that it is gone. */
  async removed(_queries: unknown, { ownerId }: { ownerId: string }): Promise<void> {
    appendFileSync(path.join(this.#folder, 'removed'), `${ownerId}\n`);
  }

  removals(): string[] {
    const file = path.join(this.#folder, 'removed');
    return existsSync(file) ? readFileSync(file, 'utf8').trim().split('\n') : [];
  }

  #file(ownerId: string): string {
    return path.join(this.#folder, `${ownerId}.json`);
  }
}

interface InstanceShape {
  replicas?: number;
  image?: string;
  /** Of the ConfigMap. */
  data?: Record<string, string>;
  hasService?: boolean;
  /** Nobody sets how many there are but an autoscaler. */
  isScaled?: boolean;
}

/** A ConfigMap, a Deployment and a Service, as an instance has them. */
export function instanceObjects(
  name: string,
  ownerId: string,
  {
    replicas = 1,
    image = 'registry.k8s.io/pause:3.10',
    data = { a: '1' },
    hasService = true,
    isScaled = false,
  }: InstanceShape = {},
): KubernetesObject[] {
  const selector = { [ownerLabels.instance]: ownerId };
  const metadata = { name, labels: selector };
  const scaler = {
    scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name },
    minReplicas: 2,
    maxReplicas: 5,
  };
  const objects: (KubernetesObject & Record<string, unknown>)[] = [
    { apiVersion: 'v1', kind: 'ConfigMap', metadata, data },
    {
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      metadata,
      spec: {
        ...(!isScaled && { replicas }),
        selector: { matchLabels: selector },
        template: {
          metadata: { labels: selector },
          spec: {
            nodeSelector: { type: 'kwok' },
            tolerations: [{ key: 'kwok.x-k8s.io/node', operator: 'Exists' }],
            containers: [
              {
                name: 'app',
                image,
                ports: [{ name: 'http', containerPort: 80 }],
                env: [{ name: 'A', value: '1' }],
              },
            ],
          },
        },
      },
    },
    ...(hasService
      ? [
          {
            apiVersion: 'v1',
            kind: 'Service',
            metadata,
            spec: { selector, ports: [{ name: 'http', port: 80, targetPort: 'http' }] },
          },
        ]
      : []),
    ...(isScaled
      ? [{ apiVersion: 'autoscaling/v2', kind: 'HorizontalPodAutoscaler', metadata, spec: scaler }]
      : []),
  ];
  return objects;
}
