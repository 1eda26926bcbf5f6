import type { Readable } from 'node:stream';

/** The most that TLS sends in one record. */
const recordBytes = 16 * 1024;

/**
 * Has a socket hand on a record's worth at a time. undici puts back what its parser has not taken, and takes it again:
 * with all there is it would copy all of it every time, and the socket would read on as if nothing were left.
 */
export function readByRecords(socket: Readable): void {
  const read = socket.read.bind(socket);
  socket.read = (size) =>
    read(size ?? (Math.min(socket.readableLength, recordBytes) || undefined)) as unknown;
}

/**
 * Has more of a body parsed when all that is held of small chunks has been taken, and not anew after each of them.
 * @param heldBytes its high water mark
 */
export function refillWhenTaken(body: Readable, heldBytes: number): void {
  const refill = body._read.bind(body);
  body._read = (size) => {
    const areSmall = body.readableLength <= 2 * heldBytes;
    if (areSmall) setImmediate(refill, size);
    else refill(size);
  };
}
