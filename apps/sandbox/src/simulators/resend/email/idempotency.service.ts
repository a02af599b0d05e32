import { createHash } from 'node:crypto';
import { Inject, Injectable } from '@nestjs/common';
import type { Answer } from '../../../core/response.ts';
import { SANDBOX_CONFIG } from '../../../core/config.ts';
import type { SandboxConfig } from '../settings.ts';
import { refusal } from '../error.policy.ts';

const KEPT_MS = 24 * 3_600_000;

interface Known {
  digest: string;
  at: number;
  /** Undefined while the request is in progress. */
  answer?: Answer;
}

/** Remembers the response for each Idempotency-Key, in memory, for 24 hours. */
@Injectable()
export class IdempotencyService {
  private readonly known = new Map<string, Known>();

  constructor(@Inject(SANDBOX_CONFIG) private readonly config: SandboxConfig) {}

  /**
   * The response to a request whose key was used before; undefined: it is the first, and `keep` or `forget` must be
   * called.
   */
  begin(key: string, path: string, rawBody: Buffer, now: number): Answer | undefined {
    if (key.length < 1 || key.length > 256) return refusal('invalid_idempotency_key');
    const digest = createHash('sha256').update(`${path}\n`).update(rawBody).digest('base64');
    const before = this.known.get(key);
    if (!before || now - before.at > KEPT_MS) {
      this.known.delete(key);
      this.known.set(key, { digest, at: now });
      return undefined;
    }
    if (!before.answer) return refusal('concurrent_idempotent_requests');
    return before.digest === digest ? before.answer : refusal('invalid_idempotent_request');
  }

  /** The request has ended. Only a successful response is repeated. */
  end(key: string, answer: Answer): void {
    const known = this.known.get(key);
    if (!known) return;
    if (answer.status >= 300) this.known.delete(key);
    else known.answer = answer;
    for (const oldest of this.known.keys()) {
      if (this.known.size <= this.config.SANDBOX_MAX_MESSAGES) break;
      this.known.delete(oldest);
    }
  }
}
