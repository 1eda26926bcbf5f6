/** The far end of a WebSocket in a test: says what the server would say, keeps what the client sent. */
export class WireSocket extends EventTarget {
  readyState: number = WebSocket.OPEN;
  binaryType = 'blob';
  readonly sent: unknown[] = [];

  send(data: string | Uint8Array): void {
    this.sent.push(typeof data === 'string' ? JSON.parse(data) : data);
  }
  close(): void {
    this.readyState = WebSocket.CLOSED;
  }
  opened(): void {
    this.dispatchEvent(new Event('open'));
  }
  says(message: unknown): void {
    this.dispatchEvent(new MessageEvent('message', { data: JSON.stringify(message) }));
  }
  outputs(bytes: number[]): void {
    this.dispatchEvent(new MessageEvent('message', { data: Uint8Array.from(bytes).buffer }));
  }
  drops(): void {
    this.readyState = WebSocket.CLOSED;
    this.dispatchEvent(new Event('close'));
  }
  /** As the browser's own type. */
  get socket(): WebSocket {
    return this as unknown as WebSocket;
  }
}
