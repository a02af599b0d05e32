import { type Failure, InvalidConfiguration } from '#libs/contracts';
import { ownFailure } from '#libs/providers';
import { type Dispatcher, Pool } from 'undici';
import { Deadlines, type Timed } from './deadlines.ts';

export interface HttpCall {
  method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** Path and query. */
  path: string;
  headers: Record<string, string>;
  body?: string | undefined;
  /** Called just before the request is written; false stops it. */
  mayStillSend?: (() => boolean) | undefined;
}

export interface HttpResponse {
  status: number;
  headers: Record<string, string | string[] | undefined>;
  body: string;
}

/** A call without a usable response. `written`: the provider may have accepted it. */
export class CallBroken extends Error {
  readonly code: string;
  readonly written: boolean;

  constructor(code: string, written: boolean) {
    super(written ? 'the answer was lost' : 'the request was not sent');
    this.code = code;
    this.written = written;
  }
}

/** The response is larger than any that a provider sends: reading is stopped to save memory. */
const MAX_RESPONSE_BYTES = 4 * 1024 * 1024;

const loopback = /^(localhost|127(\.\d+){3}|\[::1\])$/;

/** One keep-alive pool of connections to a provider. Reports for every failed call whether the request was written. */
export class ProviderHttp {
  private readonly pool: Pool;
  private readonly basePath: string;
  private readonly deadlines: Deadlines;

  /**
   * @param baseUrl such as https://api.sendgrid.com
   * @param timeoutMs for a whole call, in milliseconds
   * @param connections maximum number of connections; opened as needed
   * @throws InvalidConfiguration for plain http:// to any other host than this machine
   */
  constructor(setting: string, baseUrl: string, timeoutMs: number, connections = 100) {
    const url = new URL(baseUrl);
    if (url.protocol !== 'https:' && !loopback.test(url.hostname)) {
      throw new InvalidConfiguration(
        `${setting} must begin with https:// (plain http:// is allowed to this machine only)`,
      );
    }
    this.basePath = url.pathname.replace(/\/$/, '');
    this.deadlines = new Deadlines(timeoutMs);
    this.pool = new Pool(url.origin, {
      connections,
      pipelining: 1,
      allowH2: false,
      keepAliveTimeout: 30_000,
      connectTimeout: Math.min(5_000, timeoutMs),
    });
  }

  /** @throws CallBroken when there is no response. */
  call(call: HttpCall): Promise<HttpResponse> {
    return new Promise((resolve, reject) => {
      const exchange = new Exchange(call, this.deadlines, resolve, reject);
      const { method, path, headers, body } = call;
      this.pool.dispatch({ method, path: this.basePath + path, headers, body: body ?? null }, exchange);
    });
  }

  async close(): Promise<void> {
    await this.pool.destroy();
  }
}

class Exchange implements Dispatcher.DispatchHandler, Timed {
  dueAt = 0;
  private readonly wanted: HttpCall;
  private readonly deadlines: Deadlines;
  private readonly resolve: (answer: HttpResponse) => void;
  private readonly reject: (error: CallBroken) => void;
  private controller: Dispatcher.DispatchController | undefined;
  private written = false;
  private ended = false;
  private status = 0;
  private headers: HttpResponse['headers'] = {};
  private readonly chunks: Buffer[] = [];
  private bytes = 0;

  constructor(
    wanted: HttpCall,
    deadlines: Deadlines,
    resolve: (answer: HttpResponse) => void,
    reject: (error: CallBroken) => void,
  ) {
    this.wanted = wanted;
    this.deadlines = deadlines;
    this.resolve = resolve;
    this.reject = reject;
    deadlines.add(this);
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    this.controller = controller;
    if (this.ended) return controller.abort(new Error('given up before it started'));
    if (this.wanted.mayStillSend && !this.wanted.mayStillSend()) {
      this.end(new CallBroken('MSG_NOT_STARTED', false));
      return controller.abort(new Error('too late to start'));
    }
    this.written = true;
  }

  onResponseStart(_: Dispatcher.DispatchController, status: number, headers: HttpResponse['headers']): void {
    this.status = status;
    this.headers = headers;
  }

  onResponseData(controller: Dispatcher.DispatchController, chunk: Buffer): void {
    this.bytes += chunk.length;
    if (this.bytes > MAX_RESPONSE_BYTES) controller.abort(new Error('the answer is too large'));
    else this.chunks.push(chunk);
  }

  onResponseEnd(): void {
    this.end({ status: this.status, headers: this.headers, body: this.text() });
  }

  onResponseError(_: Dispatcher.DispatchController, error: Error & { code?: string }): void {
    this.end(new CallBroken(error.code ?? error.name, this.written));
  }

  expire(): void {
    const code = this.written ? 'UND_ERR_HEADERS_TIMEOUT' : 'UND_ERR_CONNECT_TIMEOUT';
    this.end(new CallBroken(code, this.written));
    this.controller?.abort(new Error('timed out'));
  }

  private text(): string {
    const [first, ...others] = this.chunks;
    if (!first) return '';
    return (others.length === 0 ? first : Buffer.concat(this.chunks)).toString('utf8');
  }

  private end(result: HttpResponse | CallBroken): void {
    if (this.ended) return;
    this.ended = true;
    this.deadlines.delete(this);
    if (result instanceof CallBroken) this.reject(result);
    else this.resolve(result);
  }
}

/**
 * A broken call as a failure. Not written: certainly not accepted. Otherwise it may have been accepted (docs/adr/0024).
 */
export function brokenCallFailure(provider: string, error: CallBroken): Failure {
  const { code } = error;
  if (error.written) {
    return ownFailure(code, 'unknown', 'backoff', 'The provider’s answer was lost; it may have taken the message.', {
      provider,
    });
  }
  if (code === 'MSG_NOT_STARTED') {
    return ownFailure(code, 'transient', 'backoff', 'It took too long to get to the provider, so nothing was sent.', {
      provider,
    });
  }
  return ownFailure(code, 'transient', 'failover', 'The provider could not be reached; nothing was sent.', {
    provider,
  });
}
