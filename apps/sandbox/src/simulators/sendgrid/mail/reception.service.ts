import type { AccountSetup } from '../setup.policy.ts';
import { Inject, Injectable } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { AccountService } from '../../../core/account/account.service.ts';
import type { Answer } from '../../../core/response.ts';
import { give } from '../../../core/gate/give.ts';
import { SANDBOX_CONFIG } from '../../../core/config.ts';
import type { SandboxConfig } from '../settings.ts';
import { checkKey } from '../auth.policy.ts';
import { throttled } from '../error.policy.ts';

/** Requests a minute to each group of endpoints except mail/send; SendGrid publishes no number. */
const RATE_PER_MINUTE = 600;

/** The entry of SendGrid's requests: checks the key and its scope, and counts them against the rate. */
@Injectable()
export class SendGridReception {
  private minute = 0;
  private readonly used = new Map<string, number>();

  constructor(
    @Inject(SANDBOX_CONFIG) private readonly config: SandboxConfig,
    private readonly accounts: AccountService,
  ) {}

  /** Null when the request may proceed; sending mail has no rate. */
  refusal(request: FastifyRequest, scope?: string): Answer | null {
    return checkKey(
      request.headers.authorization,
      this.config.SANDBOX_SENDGRID_API_KEY,
      this.accounts.of<AccountSetup>('sendgrid'),
      scope,
    );
  }

  /** @param scope the scope that the request needs; null: none */
  answer(reply: FastifyReply, scope: string | null, work: (request: FastifyRequest) => Answer): void {
    const { request } = reply;
    const refused = this.refusal(request, scope ?? undefined);
    if (refused) return give(reply, refused);
    const now = Date.now();
    const { headers, left } = this.take(familyOf(request.url), now);
    const answer = left ? work(request) : throttled(now);
    give(reply, { ...answer, headers: { ...answer.headers, ...headers } });
  }

  private take(family: string, now: number): { headers: Record<string, string>; left: boolean } {
    const minute = Math.floor(now / 60_000);
    if (minute !== this.minute) this.used.clear();
    this.minute = minute;
    const used = (this.used.get(family) ?? 0) + 1;
    this.used.set(family, used);
    const headers = {
      'x-ratelimit-limit': String(RATE_PER_MINUTE),
      'x-ratelimit-remaining': String(Math.max(0, RATE_PER_MINUTE - used)),
      'x-ratelimit-reset': String((minute + 1) * 60),
    };
    return { headers, left: used <= RATE_PER_MINUTE };
  }
}

/** `/v3/templates` of `/v3/templates/d-1/versions`. */
const familyOf = (url: string): string => url.split(/[/?]/, 3).join('/');
