import { Inject, Injectable } from '@nestjs/common';
import {
  type InternalService,
  internalServicesConfig,
  type InternalServicesConfig,
  internalUrlOf,
} from './internal.config.ts';
import { type InternalQuestion, InternalServices } from './internal-services.port.ts';
import { refusalBy, serviceAway } from './problems.ts';

/** By HTTP, with the token that the internal ports accept. */
@Injectable()
export class HttpInternalServices extends InternalServices {
  private readonly token: string | undefined;
  private readonly timeoutMs: number;

  constructor(@Inject(internalServicesConfig.KEY) private readonly config: InternalServicesConfig) {
    super();
    // Several may be accepted during a rotation: the first is ours.
    this.token = config.INTERNAL_TOKEN?.split(',')[0];
    this.timeoutMs = config.INTERNAL_TIMEOUT_MS;
  }

  async ask<T>(service: InternalService, { method, path, body }: InternalQuestion): Promise<T> {
    if (!this.token) throw serviceAway(service, 'reporting has no INTERNAL_TOKEN');
    const { status, answer } = await this.answerOf(service, `${internalUrlOf(service, this.config)}/v1/${path}`, {
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
      throw serviceAway(service, wordsFor(error, this.timeoutMs));
    }
  }
}

/** Names and codes of errors only: their texts may hold addresses. */
function wordsFor(error: unknown, timeoutMs: number): string {
  const { name, cause } = error as { name?: unknown; cause?: { code?: unknown } };
  if (name === 'TimeoutError') return `it did not answer within ${timeoutMs} ms`;
  if (name === 'SyntaxError') return 'its answer is no JSON';
  return typeof cause?.code === 'string' ? `it cannot be reached (${cause.code})` : 'it cannot be reached';
}
