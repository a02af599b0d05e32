import { Inject, Injectable } from '@nestjs/common';
import { SANDBOX_LOG, type SandboxLog } from '../../sandbox.log.ts';
import { hits, type Fault, type FaultChange } from './fault.policy.ts';
import type { ProviderRequest } from './request.policy.ts';

type ProviderName = ProviderRequest['provider'];
const providers: readonly ProviderName[] = ['sendgrid', 'resend', 'twilio'];

/** The faults that are switched on. */
@Injectable()
export class FaultService {
  private readonly active: Record<ProviderName, Fault[]> = { sendgrid: [], resend: [], twilio: [] };

  constructor(@Inject(SANDBOX_LOG) private readonly log: SandboxLog) {}

  /** As they were given: nothing, one, or a list. */
  current(): Record<ProviderName, Fault | Fault[] | null> {
    const shown = (faults: Fault[]) => (faults.length > 1 ? faults : (faults[0] ?? null));
    return {
      sendgrid: shown(this.active.sendgrid),
      resend: shown(this.active.resend),
      twilio: shown(this.active.twilio),
    };
  }

  change(change: FaultChange): void {
    for (const provider of providers) {
      const asked = change[provider];
      if (asked !== undefined) this.active[provider] = asked === null ? [] : [asked].flat();
    }
    this.log.info({ faults: this.summary() }, 'faults changed');
  }

  /**
   * The first fault that hits this request, if one does; that counts as one of its times.
   * @param recipients those that the body names; undefined: it was not read yet
   */
  take(request: ProviderRequest, recipients?: readonly string[]): Fault | null {
    const faults = this.active[request.provider];
    const fault = faults.find((one) => hits(one, request, recipients, Math.random()));
    if (fault?.times === undefined) return fault ?? null;
    const left = fault.times > 1 ? [{ ...fault, times: fault.times - 1 }] : [];
    this.active[request.provider] = faults.flatMap((one) => (one === fault ? left : [one]));
    return fault;
  }

  /** A pattern may hold an address, which belongs in no log. */
  private summary(): Record<string, unknown> {
    return Object.fromEntries(
      providers.map((provider) => [provider, this.active[provider].map(({ where: _where, ...rest }) => rest)]),
    );
  }
}
