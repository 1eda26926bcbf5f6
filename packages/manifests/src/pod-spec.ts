import type { ApplicationSpec } from '@pilothouse/contract';
import type { Container, PodSpec } from '@pilothouse/kinds';
import { imageFrom } from './image-reference.ts';
import { orNone, words } from './words.ts';

/** The container that an application is; fixed, so that a rename of the application restarts nothing. */
export const mainContainer = 'app';

type FullContainer = NonNullable<ApplicationSpec['pod']['sidecars']>[number];

interface PodSpecToRender {
  image: string;
  registryPrefix: string;
  spec: Pick<ApplicationSpec, 'container' | 'pod'>;
  /** Before those of the spec, so that these can refer to them. */
  env?: NonNullable<Container['env']>;
  volumes?: NonNullable<PodSpec['volumes']>;
  volumeMounts?: NonNullable<Container['volumeMounts']>;
  /** Beside those of the spec. */
  pullSecret: string | undefined;
}

/** What instances and cron jobs have in common. Fields taken as they are get their last word from the apiserver. */
export function renderPodSpec(input: PodSpecToRender): PodSpec {
  const { spec, registryPrefix, pullSecret } = input;
  const {
    labels: _labels,
    annotations: _annotations,
    spread: _spread,
    initContainers,
    sidecars,
    volumes,
    imagePullSecrets = [],
    ...pod
  } = spec.pod;
  const image = (container: FullContainer) => ({
    ...container,
    image: imageFrom(registryPrefix, container.image),
  });
  return {
    ...pod,
    initContainers: orNone([
      ...(initContainers ?? []).map(image),
      ...(sidecars ?? []).map((container) => ({ ...image(container), restartPolicy: 'Always' })),
    ]),
    containers: [renderContainer(input)],
    volumes: orNone([...(volumes ?? []), ...(input.volumes ?? [])]),
    imagePullSecrets: orNone([
      ...imagePullSecrets,
      ...(pullSecret === undefined ? [] : [{ name: pullSecret }]),
    ]),
  } as PodSpec;
}

function renderContainer({ spec, ...input }: PodSpecToRender): Container {
  const { command, args, env = [], ports, volumeMounts = [], ...container } = spec.container;
  const byHand = new Set(env.map(({ name }) => name));
  return {
    ...container,
    name: mainContainer,
    image: imageFrom(input.registryPrefix, input.image),
    command: words(command),
    args: words(args),
    env: orNone([...(input.env ?? []).filter(({ name }) => !byHand.has(name)), ...env]),
    ports: ports?.map(({ servicePort: _service, ...port }) => ({
      ...port,
      protocol: port.protocol ?? 'TCP',
    })),
    volumeMounts: orNone([...volumeMounts, ...(input.volumeMounts ?? [])]),
  } as Container;
}
