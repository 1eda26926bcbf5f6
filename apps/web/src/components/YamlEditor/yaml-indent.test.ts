import { expect, test } from 'vitest';
import { nextIndent } from './yaml-indent.ts';

test.each([
  ['data:', 2],
  ['  spec: # why', 4],
  ['  script: |', 4],
  ['  script: >-', 4],
  ['  replicas: 2', 2],
  ['  - name: web', 4],
  ['  - ports:', 6],
  ['- - a', 4],
  ['  # spec:', 2],
  ['  image: nginx:1', 2],
  ['', 0],
])('after %j', (line, indent) => expect(nextIndent(line)).toBe(indent));
