import { expect, test } from 'vitest';
import { splitImage } from './image.ts';

test.each([
  ['nginx', 'nginx', null, null],
  ['nginx:1.29', 'nginx', '1.29', null],
  ['registry.example.org:5000/shop/web', 'registry.example.org:5000/shop/web', null, null],
  ['registry.example.org:5000/shop/web:2', 'registry.example.org:5000/shop/web', '2', null],
  ['[fd00::1]:5000/shop/web:2', '[fd00::1]:5000/shop/web', '2', null],
  ['localhost/web@sha256:ab12', 'localhost/web', null, 'sha256:ab12'],
  ['registry:5000/web:2@sha256:ab12', 'registry:5000/web', '2', 'sha256:ab12'],
])('%s', (image, repository, tag, digest) => {
  expect(splitImage(image)).toEqual({ repository, tag, digest });
});
