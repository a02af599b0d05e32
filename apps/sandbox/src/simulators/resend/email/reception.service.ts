import { Injectable } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Answer } from '../../../core/response.ts';
import { give } from '../../../core/gate/give.ts';
import { checkCaller } from '../auth.policy.ts';
import { ResendApiKeys } from '../keys/api-key.service.ts';
import { RateService } from '../rate.service.ts';

export interface Admission {
  /** Of every answer that follows. */
  headers: Record<string, string>;
  refused: Answer | undefined;
}

/** Where Resend's requests come in: looks at the key and what it may, and counts them against the rate. */
@Injectable()
export class ResendReception {
  constructor(
    private readonly keys: ResendApiKeys,
    private readonly rate: RateService,
  ) {}

  answer(request: FastifyRequest, reply: FastifyReply, work: () => Answer, needs?: 'full_access'): void {
    const { headers, refused } = this.admit(request, needs);
    const answer = refused ?? work();
    give(reply, { ...answer, headers: { ...headers, ...answer.headers } });
  }

  /** @param needs what the request takes; undefined: a key that may send */
  admit(request: FastifyRequest, needs?: 'full_access'): Admission {
    const now = Date.now();
    const refused = checkCaller(request.headers, (token) => this.keys.permissionOf(token, now), needs);
    if (refused) return { headers: {}, refused };
    const { headers, refusal } = this.rate.take(now);
    return { headers, refused: refusal };
  }
}
