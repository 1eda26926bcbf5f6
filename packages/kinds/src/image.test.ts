import { describe, expect, test } from 'vitest';
import { editedImage, splitImage, withTag } from './image.ts';

const digest = 'sha256:5df71f5542d2e0161f0f4342aa9a390679d72dc6fae195df71f5542d2e0161f0';

/** Image, its three parts, and what it is with tag 2. */
const images: [string, string, string | null, string | null, string][] = [
  ['nginx', 'nginx', null, null, 'nginx:2'],
  ['nginx:1.29', 'nginx', '1.29', null, 'nginx:2'],
  ['localhost:5000/team/api:1.2.3', 'localhost:5000/team/api', '1.2.3', null, 'localhost:5000/team/api:2'],
  [
    'registry.example:10443/team/api',
    'registry.example:10443/team/api',
    null,
    null,
    'registry.example:10443/team/api:2',
  ],
  [
    'my.docker.registry:7000/hello-world:1.0.0',
    'my.docker.registry:7000/hello-world',
    '1.0.0',
    null,
    'my.docker.registry:7000/hello-world:2',
  ],
  [`ghcr.io/a/b@${digest}`, 'ghcr.io/a/b', null, digest, 'ghcr.io/a/b:2'],
  [`reg:5000/a/b:v1@${digest}`, 'reg:5000/a/b', 'v1', digest, 'reg:5000/a/b:2'],
  ['[fd00::1]:5000/a/b:v1', '[fd00::1]:5000/a/b', 'v1', null, '[fd00::1]:5000/a/b:2'],
];

test.each(images)('%s', (image, repository, tag, wanted, retagged) => {
  expect(splitImage(image)).toEqual({ repository, tag, digest: wanted });
  expect(withTag(image, '2')).toBe(retagged);
  expect(withTag(image, '')).toBe(repository);
});

describe('an edited image', () => {
  test.each([
    // only the tag: the digest of the old image would win over it
    [`reg:5000/a/b:v1@${digest}`, `reg:5000/a/b:2@${digest}`, 'reg:5000/a/b:2'],
    [`ghcr.io/a/b@${digest}`, `ghcr.io/a/b:2@${digest}`, 'ghcr.io/a/b:2'],
    // a new digest is meant, and so is one that stays alone
    [`reg:5000/a/b:v1@${digest}`, 'reg:5000/a/b:2@sha256:ab12', 'reg:5000/a/b:2@sha256:ab12'],
    [`reg:5000/a/b:v1@${digest}`, `reg:5000/a/b@${digest}`, `reg:5000/a/b@${digest}`],
    // the same content from elsewhere
    [`reg:5000/a/b:v1@${digest}`, `mirror/a/b:v1@${digest}`, `mirror/a/b:v1@${digest}`],
    [`reg:5000/a/b:v1@${digest}`, `reg:5000/a/b:v1@${digest}`, `reg:5000/a/b:v1@${digest}`],
    ['nginx', 'nginx:2', 'nginx:2'],
  ])('%s, then %s', (before, typed, meant) => {
    expect(editedImage(before, typed)).toBe(meant);
  });
});
