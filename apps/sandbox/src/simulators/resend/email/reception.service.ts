import { Inject, Injectable } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { AccountService } from '../../../core/account/account.service.ts';
import { SANDBOX_CONFIG } from '../../../core/config.ts';
import type { Answer } from '../../../core/response.ts';
import { give } from '../../../core/gate/give.ts';
import { checkCaller } from '../auth.policy.ts';
import { RateService } from '../rate.service.ts';
import type { SandboxConfig } from '../settings.ts';
import type { AccountSetup } from '../setup.policy.ts';

interface Admission {
  /** Headers of every response. */
  headers: Record<string, string>;
  refused: Answer | undefined;
}

/** The entry of Resend's requests: checks the key and its permission, and counts them against the rate. */
@Injectable()
export class ResendReception {
  constructor(
    @Inject(SANDBOX_CONFIG) private readonly config: SandboxConfig,
    private readonly accounts: AccountService,
    private readonly rate: RateService,
  ) {}

  answer(reply: FastifyReply, work: (request: FastifyRequest) => Answer, needs?: 'full_access'): void {
    const { headers, refused } = this.admit(reply.request, needs);
    const answer = refused ?? work(reply.request);
    give(reply, { ...answer, headers: { ...headers, ...answer.headers } });
  }

  /** @param needs the permission that the request needs; undefined: sending */
  admit(request: FastifyRequest, needs?: 'full_access'): Admission {
    const { keyRevoked, permission } = this.accounts.of<AccountSetup>('resend');
    const own = { key: this.config.SANDBOX_RESEND_API_KEY, permission: keyRevoked ? undefined : permission };
    const refused = checkCaller(request.headers, own, needs);
    if (refused) return { headers: {}, refused };
    const { headers, refusal } = this.rate.take(Date.now());
    return { headers, refused: refusal };
  }
}
