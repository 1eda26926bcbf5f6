import { expect, test } from 'vitest';
import { imageFrom } from './image-reference.ts';

test.each([
  ['nginx', 'registry.example.com/team/nginx'],
  ['nginx:1.29', 'registry.example.com/team/nginx:1.29'],
  ['library/nginx@sha256:abc', 'registry.example.com/team/library/nginx@sha256:abc'],
  ['shop/cart:7', 'registry.example.com/team/shop/cart:7'],
  // they name a registry
  ['ghcr.io/shop/cart:7', 'ghcr.io/shop/cart:7'],
  ['registry:5000/cart', 'registry:5000/cart'],
  ['localhost/cart', 'localhost/cart'],
  ['Registry/cart', 'Registry/cart'],
])('%s', (image, whole) => {
  expect(imageFrom('registry.example.com/team', image)).toBe(whole);
  expect(imageFrom('registry.example.com/team/', image)).toBe(whole);
  expect(imageFrom('', image)).toBe(image);
});
