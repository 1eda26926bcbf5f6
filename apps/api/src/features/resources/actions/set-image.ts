import { AppError } from '../../../http/app-error.ts';
import type { ImplementationOf } from './action-implementation.ts';
import { readSubject } from './read-subject.ts';

interface Container {
  name: string;
  image?: string;
}
interface Templated {
  spec?: { template?: { spec?: { containers?: Container[]; initContainers?: Container[] } } };
}

/** `kubectl set image`: a strategic merge patch of the containers that change, by name (`cmd/set/set_image.go`). */
export const setImage: ImplementationOf<'set-image'> = {
  async run(run) {
    const object = await readSubject<Templated>(run);
    const { containers = [], initContainers = [] } = object.spec?.template?.spec ?? {};
    const wanted = new Map(run.parameters.images.map(({ container, image }) => [container, image]));
    const names = [...containers, ...initContainers].map(({ name }) => name);
    const unknown = [...wanted.keys()].find((name) => !names.includes(name));
    if (unknown !== undefined)
      throw new AppError('unknownContainer', { container: unknown, containers: names.join(', ') });

    const changed = (list: Container[]) =>
      list
        .filter(({ name, image }) => wanted.has(name) && wanted.get(name) !== image)
        .map(({ name }) => ({ name, image: wanted.get(name) }));
    const [main, init] = [changed(containers), changed(initContainers)];
    if (main.length + init.length === 0) return { alreadySo: true, object };
    const podSpec = {
      ...(main.length > 0 && { containers: main }),
      ...(init.length > 0 && { initContainers: init }),
    };
    const patch = { metadata: { uid: object.metadata.uid }, spec: { template: { spec: podSpec } } };
    return { alreadySo: false, object: await run.writer.patch(patch, 'strategic') };
  },
};
