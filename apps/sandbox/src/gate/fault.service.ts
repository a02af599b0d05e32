import { Inject, Injectable } from '@nestjs/common';
import { SANDBOX_LOG, type SandboxLog } from '../sandbox.log.ts';
import { hits, type Fault, type FaultChange, type ProviderRequest } from './fault.policy.ts';

/** The faults that are switched on. */
@Injectable()
export class FaultService {
  private readonly active: Record<ProviderRequest['provider'], Fault | null> = { sendgrid: null, resend: null, twilio: null };

  constructor(@Inject(SANDBOX_LOG) private readonly log: SandboxLog) {}

  current(): Readonly<Record<ProviderRequest['provider'], Fault | null>> {
    return this.active;
  }

  change(change: FaultChange): void {
    if (change.sendgrid !== undefined) this.active.sendgrid = change.sendgrid;
    if (change.resend !== undefined) this.active.resend = change.resend;
    if (change.twilio !== undefined) this.active.twilio = change.twilio;
    this.log.info({ faults: this.active }, 'faults changed');
  }

  /** The fault that hits this request, if one does; that counts as one of its times. */
  take(request: ProviderRequest): Fault | null {
    const fault = this.active[request.provider];
    if (!fault || !hits(fault, request, Math.random())) return null;
    if (fault.times !== undefined) {
      const left = fault.times - 1;
      this.active[request.provider] = left > 0 ? { ...fault, times: left } : null;
    }
    return fault;
  }
}
