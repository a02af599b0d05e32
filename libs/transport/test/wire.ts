import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';
import type { ISocketFactory } from 'kafkajs';

const FETCH = 1;
const HEARTBEAT = 12;

/** The position of the error code in the response to a heartbeat: size, correlation id and throttle time precede it. */
const HEARTBEAT_ERROR_AT = 12;

/**
 * The connection between a client and the broker, which can be silenced, broken inside a response, or made to change
 * one.
 */
export class Wire {
  private readonly server: Server;
  private readonly broker: { host: string; port: number };
  private readonly pairs = new Set<[Socket, Socket]>();
  private fetchToCut = false;
  private heartbeatError: number | undefined;
  private silent = false;
  private alterFetch: ((answer: Buffer) => void) | undefined;

  private constructor(server: Server, brokers: string) {
    const [host, port] = brokers.split(':');
    this.broker = { host: host!, port: Number(port) };
    this.server = server.on('connection', (client) => this.join(client));
  }

  static async to(brokers: string): Promise<Wire> {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    return new Wire(server, brokers);
  }

  /** All brokers are reached over this wire, whichever the client asks for. */
  readonly socketFactory: ISocketFactory = ({ onConnect }) =>
    connect({ host: '127.0.0.1', port: (this.server.address() as AddressInfo).port }, onConnect);

  /**
   * Present connections get no response any more and are not closed, as when a host disappears. New connections work.
   */
  silence(): void {
    for (const [client, broker] of this.pairs) {
      broker.unpipe().removeAllListeners('data').pause();
      client.removeAllListeners('data').resume();
    }
  }

  /** New connections get no response either. */
  silenceAll(): void {
    this.silent = true;
    this.silence();
  }

  /** The connection breaks in the middle of the next response with records. Resolves when it has. */
  cutInsideNextFetch(): Promise<void> {
    this.fetchToCut = true;
    return new Promise((resolve) => this.server.once('cut', resolve));
  }

  /** The next heartbeat is answered with this error code. Resolves when it is. */
  failNextHeartbeat(code: number): Promise<void> {
    this.heartbeatError = code;
    return new Promise((resolve) => this.server.once('refused', resolve));
  }

  /** Changes the bytes of each response with records, until it is reset. */
  alterFetches(alter: ((answer: Buffer) => void) | undefined): void {
    this.alterFetch = alter;
  }

  async close(): Promise<void> {
    for (const pair of this.pairs) for (const socket of pair) socket.destroy();
    this.server.close();
    await once(this.server, 'close');
  }

  private join(client: Socket): void {
    const broker = connect(this.broker);
    const pair: [Socket, Socket] = [client, broker];
    this.pairs.add(pair);
    for (const [one, other] of [pair, pair.toReversed() as [Socket, Socket]]) {
      one
        .on('error', () => undefined)
        .on('close', () => {
          this.pairs.delete(pair);
          other.destroy();
        });
    }
    if (this.silent) return;
    const asked = new Map<number, number>();
    onFrames(client, (frame) => {
      asked.set(frame.readInt32BE(8), frame.readInt16BE(4));
      broker.write(frame);
    });
    onFrames(broker, (frame) => this.answer(client, frame, asked.get(frame.readInt32BE(4))));
  }

  private answer(client: Socket, frame: Buffer, api: number | undefined): void {
    if (api === FETCH && this.fetchToCut && frame.length > 10_000) {
      this.fetchToCut = false;
      client.write(frame.subarray(0, frame.length / 2), () => setTimeout(() => client.resetAndDestroy(), 50));
      this.server.emit('cut');
      return;
    }
    if (api === FETCH) this.alterFetch?.(frame);
    if (api === HEARTBEAT && this.heartbeatError !== undefined) {
      frame.writeInt16BE(this.heartbeatError, HEARTBEAT_ERROR_AT);
      this.heartbeatError = undefined;
      this.server.emit('refused');
    }
    client.write(frame);
  }
}

/** Splits Kafka's frames, each of which begins with its size. */
function onFrames(socket: Socket, take: (frame: Buffer) => void): void {
  let bytes = Buffer.alloc(0);
  socket.on('data', (chunk) => {
    bytes = Buffer.concat([bytes, chunk]);
    while (bytes.length >= 4 && bytes.length >= 4 + bytes.readInt32BE(0)) {
      const end = 4 + bytes.readInt32BE(0);
      take(bytes.subarray(0, end));
      bytes = bytes.subarray(end);
    }
  });
}
