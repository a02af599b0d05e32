import type { Logger } from '#libs/telemetry';
import { Inject, Injectable } from '@nestjs/common';
import { SANDBOX_LOG } from '../config.ts';
import { Simulators } from '../simulators.service.ts';
import type { FaultChange } from './fault-change.policy.ts';
import { hits, type Fault } from './fault.policy.ts';
import type { ProviderRequest } from './request.policy.ts';

/** The active faults. */
@Injectable()
export class FaultService {
  private readonly active: Map<string, Fault[]>;

  constructor(
    @Inject(SANDBOX_LOG) private readonly log: Logger,
    simulators: Simulators,
  ) {
    this.active = new Map(simulators.all.map(({ name }) => [name, []]));
  }

  /** As they were given: none, one, or a list. */
  current(): Record<string, Fault | Fault[] | null> {
    const shown = (faults: Fault[]) => (faults.length > 1 ? faults : (faults[0] ?? null));
    return Object.fromEntries([...this.active].map(([provider, faults]) => [provider, shown(faults)]));
  }

  change(change: FaultChange): void {
    for (const provider of this.active.keys()) {
      const asked = change[provider];
      if (asked !== undefined) this.active.set(provider, asked === null ? [] : [asked].flat());
    }
    this.log.info({ faults: this.summary() }, 'faults changed');
  }

  /** All have ended. */
  end(): void {
    this.change(Object.fromEntries([...this.active.keys()].map((provider) => [provider, null])));
  }

  /**
   * The first fault that applies to this request; that counts as one of its times.
   * @param recipients those in the body; undefined: it was not read yet
   */
  take(request: ProviderRequest, recipients?: readonly string[]): Fault | null {
    const faults = this.active.get(request.provider) ?? [];
    const fault = faults.find((one) => hits(one, request, recipients, Math.random()));
    if (fault?.times === undefined) return fault ?? null;
    const left = fault.times > 1 ? [{ ...fault, times: fault.times - 1 }] : [];
    this.active.set(
      request.provider,
      faults.flatMap((one) => (one === fault ? left : [one])),
    );
    return fault;
  }

  /** A pattern may contain an address, which must not be logged. */
  private summary(): Record<string, unknown> {
    return Object.fromEntries(
      [...this.active].map(([provider, faults]) => [provider, faults.map(({ where: _where, ...rest }) => rest)]),
    );
  }
}
