import type { Core } from '../../core.ts';
import { dayMs } from '../../db/retention.ts';
import type { Feature } from '../../feature.ts';
import { execHandler } from '../../ws/exec/exec-handler.ts';
import { NodeShells } from './node-shells.ts';
import { TerminalsRepository } from './terminals.repository.ts';
import { mountTerminals, writeRecording } from './terminals.routes.ts';
import { TerminalsService } from './terminals.service.ts';

/** Shells, and their recordings. */
export function build({
  config,
  database,
  secrets,
  registry,
  audit,
  authoriser,
  streams,
  unitStreams,
  onError,
}: Core): Feature {
  const { recordingDays, recordingBytes, recordingsBytes } = config.retention;
  const repository = new TerminalsRepository(database, secrets);
  const nodeShells = new NodeShells({
    setting: config.nodeShell,
    repository,
    findCluster: (name) => registry.get(name),
    audit,
    onError,
  });
  const terminals = new TerminalsService({
    repository,
    findCluster: (name) => registry.get(name),
    audit,
    authoriser,
    nodeShells,
    unitStreams,
    onError,
    maxRecordingBytes: recordingBytes,
  });
  registry.onRemoved(({ name }) => terminals.endedIn(name));
  return {
    mount: (api) => mountTerminals(api, { terminals, repository, guard: streams }),
    sockets: {
      exec: execHandler({ open: (admission, size) => terminals.open(admission, size) }),
      ...(config.nodeShell !== null && {
        nodeShell: execHandler({
          open: (admission, size, signal) => terminals.openOnNode(admission, size, signal),
        }),
      }),
    },
    downloads: {
      recording: {
        authorise: async (principal, { terminal }) => {
          await terminals.authoriseRecording(principal, terminal);
        },
        send: (principal, { terminal }, { signal, res }) =>
          writeRecording({ terminals, repository, guard: streams }, { principal, terminal, signal, res }),
      },
    },
    retention: [
      {
        keepMs: recordingDays * dayMs,
        prune: (before, most) => repository.prune(before, recordingsBytes, most),
      },
    ],
    start: () => terminals.start(),
    stop: () => terminals.stop(),
  };
}
