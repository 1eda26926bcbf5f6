import type { TicketRequest } from '@pilothouse/contract';
import type { Response } from 'express';
import type { Principal } from '../authz/principal.ts';

/** What a ticket says is to be downloaded. */
export type Download = Extract<TicketRequest, { purpose: 'download' }>['what'];

/** Where one kind of download comes from. */
export interface DownloadSource<D extends Download> {
  /** Throws AppError when the caller may not have it, which the contract's rights cannot say. */
  authorise?(principal: Principal, what: D): Promise<void>;
  /** Writes the file. */
  send(
    principal: Principal,
    what: D,
    call: { auditId: string; signal: AbortSignal; res: Response },
  ): Promise<void>;
}

/** What can be downloaded by ticket, by kind. */
export type Downloads = { [K in Download['kind']]: DownloadSource<Extract<Download, { kind: K }>> };
