import { expect, test } from 'vitest';
import { cordonNote } from './cordon-note.ts';

const node = (unschedulable: boolean, timeAdded?: string) => ({
  metadata: {
    annotations: {
      'pilothouse.io/cordon-reason': 'disks',
      'pilothouse.io/cordoned-by': 'li',
      'pilothouse.io/cordoned-at': '2026-11-28T10:00:00.000Z',
    },
  },
  spec: {
    unschedulable,
    ...(timeAdded && {
      taints: [{ key: 'node.kubernetes.io/unschedulable', effect: 'NoSchedule', timeAdded }],
    }),
  },
});
const note = { reason: 'disks', by: 'li', at: '2026-11-28T10:00:00.000Z' };

test('stands as long as the node is cordoned', () => {
  expect(cordonNote(node(true))).toEqual(note);
  expect(cordonNote(node(true, '2026-11-28T10:00:03Z'))).toEqual(note);
  expect(cordonNote(node(false))).toBeNull();
  expect(cordonNote({ spec: { unschedulable: true } })).toBeNull();
});

test('says nothing of a node that was uncordoned and cordoned again elsewhere', () => {
  expect(cordonNote(node(true, '2026-11-28T12:00:00Z'))).toBeNull();
});
