import { HttpException, Inject, Injectable } from '@nestjs/common';
import {
  type InternalService,
  internalServicesConfig,
  type InternalServicesConfig,
  internalUrlsOf,
} from './internal.config.ts';
import { type InternalQuestion, InternalServices, type ReplicaAnswer } from './internal-services.port.ts';
import { refusalBy, serviceAway, ServiceNotReached } from './problems.ts';

/** By HTTP, with the token that the internal ports accept. */
@Injectable()
export class HttpInternalServices extends InternalServices {
  private readonly token: string | undefined;
  private readonly timeoutMs: number;

  constructor(@Inject(internalServicesConfig.KEY) readonly config: InternalServicesConfig) {
    super();
    // Several may be accepted during a rotation: the first is ours.
    this.token = config.INTERNAL_TOKEN?.split(',')[0];
    this.timeoutMs = config.INTERNAL_TIMEOUT_MS;
  }

  async ask<T>(service: InternalService, question: InternalQuestion): Promise<T> {
    const [first, ...others] = internalUrlsOf(service, this.config);
    let next = first!;
    for (;;) {
      try {
        return await this.askAt<T>(service, next, question);
      } catch (error) {
        const another = error instanceof ServiceNotReached ? others.shift() : undefined;
        if (another === undefined) throw error;
        next = another;
      }
    }
  }

  async askEach<T>(service: InternalService, question: InternalQuestion): Promise<ReplicaAnswer<T>[]> {
    return Promise.all(
      internalUrlsOf(service, this.config).map(async (address) => {
        try {
          return { address, answer: await this.askAt<T>(service, address, question) };
        } catch (error) {
          if (error instanceof HttpException) return { address, answer: null };
          throw error;
        }
      }),
    );
  }

  private async askAt<T>(
    service: InternalService,
    address: string,
    { method, path, body }: InternalQuestion,
  ): Promise<T> {
    if (!this.token) throw serviceAway(service, 'reporting has no INTERNAL_TOKEN');
    const { status, answer } = await this.answerOf(service, `${address}/v1/${path}`, {
      method,
      headers: {
        authorization: `Bearer ${this.token}`,
        ...(body !== undefined && { 'content-type': 'application/json' }),
      },
      ...(body !== undefined && { body: JSON.stringify(body) }),
      redirect: 'error',
      signal: AbortSignal.timeout(this.timeoutMs),
    });
    if (status >= 200 && status < 300) return answer as T;
    throw refusalBy(service, status, answer);
  }

  /** @throws HttpException where no answer comes in time, or one that is no JSON */
  private async answerOf(
    service: InternalService,
    url: string,
    request: RequestInit,
  ): Promise<{ status: number; answer: unknown }> {
    try {
      const response = await fetch(url, request);
      return { status: response.status, answer: (await response.json()) as unknown };
    } catch (error) {
      throw serviceAway(service, wordsFor(error, this.timeoutMs), !neverSent.has(codeOf(error) ?? ''));
    }
  }
}

/** Nobody was there to take the question. */
const neverSent = new Set(['ECONNREFUSED', 'EHOSTUNREACH', 'ENETUNREACH', 'ENOTFOUND', 'EAI_AGAIN']);

function codeOf(error: unknown): string | undefined {
  const { cause } = error as { cause?: { code?: unknown } };
  return typeof cause?.code === 'string' ? cause.code : undefined;
}

/** Names and codes of errors only: their texts may hold addresses. */
function wordsFor(error: unknown, timeoutMs: number): string {
  const { name } = error as { name?: unknown };
  const code = codeOf(error);
  if (name === 'TimeoutError') return `it did not answer within ${timeoutMs} ms`;
  if (name === 'SyntaxError') return 'its answer is no JSON';
  return code === undefined ? 'it cannot be reached' : `it cannot be reached (${code})`;
}
