import compression from 'compression';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import express from 'express';
import { compressionOptions } from '../../../apps/api/src/http/compression.ts';
import { serve } from '../src/helper.ts';

/** A bare Express handler that answers one value with JSON.stringify and the same compression. */
const commands = {
  /** Returns the URL. */
  async listen(value: unknown): Promise<string> {
    const app = express().use(compression(compressionOptions));
    app.get('/', (_request, response) => void response.json(value));
    const server = createServer(app);
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
  },
};
export type ExpressReference = typeof commands;

serve(commands);
