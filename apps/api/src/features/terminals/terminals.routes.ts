import { pipeline } from 'node:stream/promises';
import { createGunzip } from 'node:zlib';
import { endpoints, recordingRight, type Requirement } from '@pilothouse/contract';
import type { Response } from 'express';
import type { Principal } from '../../authz/principal.ts';
import { mount, type ApiRouter } from '../../http/mount.ts';
import { guardAnswer } from '../../ws/guarded-answer.ts';
import type { StreamGuard } from '../../ws/stream-guard.ts';
import type { Terminal, TerminalsRepository } from './terminals.repository.ts';
import type { TerminalsService } from './terminals.service.ts';

export interface Recordings {
  terminals: TerminalsService;
  repository: TerminalsRepository;
  guard: StreamGuard;
}

export function mountTerminals(api: ApiRouter, recordings: Recordings): void {
  const { repository } = recordings;

  mount(api, endpoints.listTerminals, ({ query }) => repository.page(query, terminalView));

  mount(api, endpoints.getRecording, ({ params, principal, signal, res }) =>
    writeRecording(recordings, { principal, terminal: params.terminal, signal, res }),
  );
}

/** Writes a recording to whoever may have it, for as long as they may. */
export async function writeRecording(
  { terminals, repository, guard }: Recordings,
  call: { principal: Principal; terminal: string; signal: AbortSignal; res: Response },
): Promise<void> {
  const { principal, signal, res } = call;
  const terminal = await terminals.authoriseRecording(principal, call.terminal);
  const requirements = recordingRequirements(principal, terminal);
  await guardAnswer(guard, { principal, requirements, signal }, (life) =>
    sendRecording(repository, terminal, res, life),
  );
}

/** What a recording is read by: the own needs no right. */
function recordingRequirements({ userId }: Principal, terminal: Terminal): Requirement[] {
  return terminal.userId === userId ? [] : [recordingRight];
}

/** Writes a recording as a `.cast` file; the pieces are gzip members, together one gzip stream. */
async function sendRecording(
  repository: TerminalsRepository,
  terminal: Terminal,
  res: Response,
  signal: AbortSignal,
): Promise<void> {
  res.set('Content-Type', 'application/x-asciicast');
  res.attachment(`${terminal.pod}-${terminal.id}.cast`);
  if (terminal.recordingBytes === 0n) return void res.end();
  await pipeline(repository.chunks(terminal.id), createGunzip(), res, { signal });
}

function terminalView(terminal: Terminal) {
  const { id, username, cluster, namespace, pod, container, node, shell } = terminal;
  const { exitCode, endReason, truncated } = terminal;
  return {
    id,
    user: username,
    cluster,
    namespace,
    pod,
    container,
    node,
    shell,
    startedAt: terminal.startedAt.toISOString(),
    endedAt: terminal.endedAt?.toISOString() ?? null,
    exitCode,
    endReason,
    recordingBytes: Number(terminal.recordingBytes),
    truncated,
  };
}
