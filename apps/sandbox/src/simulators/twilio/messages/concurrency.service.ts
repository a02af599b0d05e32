import type { ServerResponse } from 'node:http';
import { Inject, Injectable } from '@nestjs/common';
import type { Answer } from '../../../core/response.ts';
import { SANDBOX_CONFIG } from '../../../core/config.ts';
import type { SandboxConfig } from '../settings.ts';
import { refusal } from '../error.policy.ts';

/** Twilio limits the requests in flight, not those per second. */
@Injectable()
export class ConcurrencyService {
  private inFlight = 0;

  constructor(@Inject(SANDBOX_CONFIG) private readonly config: SandboxConfig) {}

  /**
   * The header with the number in flight, and the refusal above the limit; a request counts until its response is sent.
   */
  enter(response: ServerResponse): { headers: Record<string, string>; refused: Answer | undefined } {
    this.inFlight += 1;
    response.once('close', () => (this.inFlight -= 1));
    const refused =
      this.inFlight > this.config.SANDBOX_TWILIO_CONCURRENCY ? refusal(20429, { status: 429 }) : undefined;
    return { headers: { 'twilio-concurrent-requests': String(this.inFlight) }, refused };
  }
}
