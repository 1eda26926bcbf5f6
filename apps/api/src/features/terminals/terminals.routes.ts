import { pipeline } from 'node:stream/promises';
import { createGunzip } from 'node:zlib';
import { endpoints } from '@pilothouse/contract';
import type { Response } from 'express';
import type { Terminal } from '../../db/generated/client.ts';
import { livePage } from '../../http/paging.ts';
import { mount, type ApiRouter } from '../../http/mount.ts';
import type { TerminalsRepository } from './terminals.repository.ts';
import type { TerminalsService } from './terminals.service.ts';

export function mountTerminals(
  api: ApiRouter,
  services: { terminals: TerminalsService; repository: TerminalsRepository },
): void {
  const { terminals, repository } = services;

  mount(api, endpoints.listTerminals, async ({ query }) => {
    const { rows, total } = await repository.page(query);
    return livePage(rows.map(terminalView), total, query);
  });

  mount(api, endpoints.getRecording, async ({ params, principal, res }) => {
    const terminal = await terminals.authoriseRecording(principal, params.terminal);
    await sendRecording(repository, terminal, res);
  });
}

/** Writes a recording as a `.cast` file; the pieces are gzip members, together one gzip stream. */
export async function sendRecording(
  repository: TerminalsRepository,
  terminal: Terminal,
  res: Response,
): Promise<void> {
  res.set('Content-Type', 'application/x-asciicast');
  res.attachment(`${terminal.pod}-${terminal.id}.cast`);
  if (terminal.recordingBytes === 0n) return void res.end();
  await pipeline(repository.chunks(terminal.id), createGunzip(), res);
}

function terminalView(terminal: Terminal) {
  const { id, username, cluster, namespace, pod, container, shell, exitCode, endReason, truncated } =
    terminal;
  return {
    id,
    user: username,
    cluster,
    namespace,
    pod,
    container,
    shell,
    startedAt: terminal.startedAt.toISOString(),
    endedAt: terminal.endedAt?.toISOString() ?? null,
    exitCode,
    endReason,
    recordingBytes: Number(terminal.recordingBytes),
    truncated,
  };
}
