/**
 * SendGrid as far as speed is concerned: takes any POST and answers 202 with an X-Message-Id after PROVIDER_DELAY_MS.
 * HTTP is read from the bare socket, since Node's own server would cost the peers a good part of the machine. Tells
 * when the answers number `from` and `to` go out.
 */
import { createServer, type Socket } from 'node:net';
import { now, tell } from '../foundation/tell.ts';

interface Expect {
  from?: number;
  to?: number;
  /** Note when a request that holds this text comes in. */
  mark?: string;
  /** Tell how many requests came, how many were open at once, and when the marked ones came. */
  count?: boolean;
}

const delayMs = Number(process.env['PROVIDER_DELAY_MS'] ?? 100);
const endOfHead = Buffer.from('\r\n\r\n');
const scopes = 'HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 13\r\n\r\n{"scopes":[]}';
let taken = 0;
let answered = 0;
let mostAtOnce = 0;
let expect: Expect = {};
let mark: Buffer | undefined;
let marked: number[] = [];

process.on('message', (order: Expect) => {
  if (order.count) {
    tell({ kind: 'count', messages: taken, mostAtOnce, marked });
    return;
  }
  taken = 0;
  answered = 0;
  mostAtOnce = 0;
  marked = [];
  expect = order;
  mark = order.mark ? Buffer.from(order.mark) : undefined;
});

const server = createServer({ noDelay: true }, (socket) => {
  let pending: Buffer | undefined;
  socket.on('data', (chunk) => {
    pending = read(socket, pending ? Buffer.concat([pending, chunk]) : chunk);
  });
  socket.on('error', () => socket.destroy());
});
server.listen({ host: '127.0.0.1', port: 0, backlog: 4096 }, () => {
  tell({ kind: 'ready', port: (server.address() as { port: number }).port });
});

/** Answers every whole request in the bytes; gives back what is left of them. */
function read(socket: Socket, bytes: Buffer): Buffer | undefined {
  let rest = bytes;
  while (rest.length > 0) {
    const head = rest.indexOf(endOfHead);
    if (head < 0) return rest;
    const length = /\r\ncontent-length: *(\d+)/i.exec(rest.toString('latin1', 0, head))?.[1] ?? 0;
    const end = head + 4 + Number(length);
    if (rest.length < end) return rest;
    answer(socket, rest.subarray(0, end));
    rest = rest.subarray(end);
  }
  return undefined;
}

function answer(socket: Socket, request: Buffer): void {
  if (request[0] === 'G'.charCodeAt(0)) {
    socket.write(scopes);
    return;
  }
  taken += 1;
  mostAtOnce = Math.max(mostAtOnce, taken - answered);
  if (mark && request.includes(mark)) marked.push(now());
  setTimeout(accept, delayMs, socket, taken);
}

function accept(socket: Socket, number: number): void {
  if (socket.writable)
    socket.write(
      `HTTP/1.1 202 Accepted\r\nX-Message-Id: stub-${number.toString().padStart(16, '0')}\r\nContent-Length: 0\r\n\r\n`,
    );
  answered += 1;
  if (answered === expect.from) tell({ kind: 'from', at: now() });
  if (answered === expect.to) tell({ kind: 'to', at: now() });
}
