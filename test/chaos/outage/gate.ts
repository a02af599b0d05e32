import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';

/**
 * The way to a provider, which can vanish: then connections are refused, as by a host that is away. A fault of the
 * sandbox would accept them first, and the request could have been read.
 */
export class Gate {
  readonly port: number;
  private target: URL | undefined;
  private server: Server;
  private readonly sockets = new Set<Socket>();

  private constructor(server: Server, port: number) {
    this.server = server;
    this.port = port;
  }

  static async open(): Promise<Gate> {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    const gate = new Gate(server, (server.address() as AddressInfo).port);
    server.on('connection', (socket) => gate.pass(socket));
    return gate;
  }

  get url(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  /** Where it leads from now on; before, whoever comes is sent away. */
  leadTo(url: string): void {
    this.target = new URL(url);
  }

  /** The provider is away. */
  async vanish(): Promise<void> {
    const closed = once(this.server, 'close');
    this.server.close();
    for (const socket of this.sockets) socket.destroy();
    await closed;
  }

  /** The end of it, whether it is there or not. */
  async close(): Promise<void> {
    if (this.server.listening) await this.vanish();
  }

  /** The provider is back, at the same address. */
  async comeBack(): Promise<void> {
    this.server = createServer((socket) => this.pass(socket)).listen(this.port, '127.0.0.1');
    await once(this.server, 'listening');
  }

  private pass(from: Socket): void {
    if (!this.target) {
      from.destroy();
      return;
    }
    const to = connect(Number(this.target.port), this.target.hostname);
    for (const [socket, other] of [
      [from, to],
      [to, from],
    ] as const) {
      this.sockets.add(socket);
      socket.on('error', () => other.destroy());
      socket.on('close', () => {
        this.sockets.delete(socket);
        other.destroy();
      });
      socket.pipe(other);
    }
  }
}
