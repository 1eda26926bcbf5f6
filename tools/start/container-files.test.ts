import { readFileSync, realpathSync } from 'node:fs';
import { join, relative } from 'node:path';
import { expect, test } from 'vitest';
import { root } from './lib/project.mjs';
import { platformNodeFlags } from './node-flags.mjs';

const read = (...path: string[]) => readFileSync(join(root, ...path), 'utf8');
const dockerfile = read('Dockerfile');
const compose = read('docker-compose.yml');

/** The folders of a workspace package and of all that it needs to run. */
function foldersOf(folder: string): Set<string> {
  const folders = new Set([folder]);
  for (const each of folders) {
    const { dependencies = {} } = JSON.parse(read(each, 'package.json')) as {
      dependencies?: Record<string, string>;
    };
    for (const name of Object.keys(dependencies).filter((each) => each.startsWith('@pilothouse/')))
      folders.add(relative(root, realpathSync(join(root, each, 'node_modules', name))));
  }
  return folders;
}

test('the image starts the platform with the flags of npm start', () => {
  const command = JSON.parse(/^CMD (\[.*\])$/m.exec(dockerfile)?.[1] ?? '[]') as string[];
  expect(command).toEqual(['node', ...platformNodeFlags, 'apps/api/src/main.ts']);
});

test('the image has every part of the workspace that the API needs to run', () => {
  const copied = [...dockerfile.matchAll(/^COPY --from=build \/pilothouse\/(\S+)/gm)].map(([, path]) => path);
  const isCopied = (folder: string) => copied.some((path = '') => `${folder}/`.startsWith(`${path}/`));
  expect([...foldersOf('apps/api')].filter((folder) => !isCopied(folder))).toEqual([]);
});

test('images have exact tags, and Node is the one of the workspace', () => {
  const node = /^ARG NODE_IMAGE=node:([\d.]+)-/m.exec(dockerfile)?.[1];
  expect(node).toBe(/^ {2}node: (\d\S+)$/m.exec(read('pnpm-workspace.yaml'))?.[1]);
  const images = [...compose.matchAll(/^ +image: (\S+)$/gm)].map(([, image]) => image);
  expect(images).not.toHaveLength(0);
  for (const image of images) expect(image).toMatch(/:v?\d+\.\d+\.\d+(-\S+)?$/);
});
