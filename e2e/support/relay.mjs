import { createConnection, createServer } from 'node:net';

// relay.mjs <port> <unix socket>: in the browser's network, hands every connection to the port on to the socket.
const [port, socketPath] = process.argv.slice(2);

createServer((inside) => {
  const outside = createConnection(String(socketPath));
  inside.pipe(outside).pipe(inside);
  inside.on('error', () => outside.destroy());
  outside.on('error', () => inside.destroy());
  inside.on('close', () => outside.destroy());
  outside.on('close', () => inside.destroy());
}).listen(Number(port), '127.0.0.1');
