import { nodePage } from './01-node-page.ts';
import { allNodes } from './02-all-nodes.ts';
import { nodeBytes } from './03-node-bytes.ts';
import { podPage } from './04-pod-page.ts';
import { nodeDetail } from './05-node-detail.ts';
import { coldSync } from './06-cold-sync.ts';
import { memory } from './07-memory.ts';
import { idleClusters } from './08-idle-clusters.ts';
import { blackHole } from './09-black-hole.ts';
import { liveChange } from './10-live-change.ts';
import { watchEvents } from './11-watch-events.ts';
import { logs } from './12-logs.ts';
import { shells } from './13-shells.ts';
import { authorisation } from './14-authorisation.ts';
import { table } from './15-table.ts';
import { manyDocuments } from './16-many-documents.ts';
import { drains } from './17-drain.ts';
import { overview } from './18-overview.ts';
import { manyApplications } from './19-applications.ts';
import { speedFelt } from './21-speed-felt.ts';

/** All bars, in their order. */
export const bars = [
  nodePage,
  allNodes,
  nodeBytes,
  podPage,
  nodeDetail,
  coldSync,
  memory,
  idleClusters,
  blackHole,
  liveChange,
  watchEvents,
  logs,
  shells,
  authorisation,
  table,
  manyDocuments,
  drains,
  overview,
  manyApplications,
  speedFelt,
];
