import { Inject, Injectable } from '@nestjs/common';
import type { Answer } from '../../core/response.ts';
import { SANDBOX_CONFIG } from '../../core/config.ts';
import type { SandboxConfig } from './settings.ts';
import { refusal } from './error.policy.ts';

/** Counts requests per second, and returns the rate headers. */
@Injectable()
export class RateService {
  private second = 0;
  private used = 0;

  constructor(@Inject(SANDBOX_CONFIG) private readonly config: SandboxConfig) {}

  /** The headers of every response, and the refusal where the rate is exceeded. */
  take(now: number): { headers: Record<string, string>; refusal: Answer | undefined } {
    const limit = this.config.SANDBOX_RESEND_RATE_PER_S;
    const second = Math.floor(now / 1000);
    if (second !== this.second) Object.assign(this, { second, used: 0 });
    this.used += 1;
    const headers = {
      'ratelimit-limit': String(limit),
      'ratelimit-remaining': String(Math.max(0, limit - this.used)),
      'ratelimit-reset': '1',
    };
    if (this.used <= limit) return { headers, refusal: undefined };
    return { headers: { ...headers, 'retry-after': '1' }, refusal: refusal('rate_limit_exceeded') };
  }
}
