import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { connect } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';

/** redis-server from the system, if it is there. It keeps nothing on disk, which is in its favour. */
export class Redis {
  private readonly port: number;
  private readonly folder: string;
  private child: ChildProcess | undefined;

  constructor(port: number, folder: string) {
    this.port = port;
    this.folder = folder;
  }

  /** @returns its port, or null where it is not installed */
  async start(): Promise<number | null> {
    const args = [
      '--port',
      String(this.port),
      '--bind',
      '127.0.0.1',
      '--dir',
      this.folder,
      '--save',
      '',
      '--appendonly',
      'no',
    ];
    const child = spawn('redis-server', args, { stdio: 'ignore', detached: true });
    const failed = once(child, 'error').then(() => false);
    if (!(await Promise.race([once(child, 'spawn').then(() => true), failed]))) return null;
    this.child = child;
    for (let round = 0; round < 50 && child.exitCode === null; round += 1) {
      if (await this.answers()) return this.port;
      await delay(100);
    }
    return null;
  }

  async stop(): Promise<void> {
    if (!this.child || this.child.exitCode !== null) return;
    const gone = once(this.child, 'exit');
    this.child.kill('SIGTERM');
    await gone;
  }

  private answers(): Promise<boolean> {
    return new Promise((resolve) => {
      const socket = connect(this.port, '127.0.0.1');
      const end = (open: boolean) => {
        socket.destroy();
        resolve(open);
      };
      socket.once('connect', () => end(true)).once('error', () => end(false));
    });
  }
}
