import { Refused } from '#libs/batching';
import { type MicroBatch, microBatch } from '#libs/persistence';
import type { Claim, ClaimRequest, Delivery, Ledger, Outcome, Settlement } from '../../src/delivery.ts';

/** Many concurrent callers of a ledger: their calls within a few milliseconds share a batch. */
export class Callers {
  private readonly claims: MicroBatch<ClaimRequest, Claim | Refused>;
  private readonly settlements: MicroBatch<Settlement, boolean | Refused>;
  private readonly ledger: Ledger;

  constructor(ledger: Ledger) {
    this.ledger = ledger;
    this.claims = microBatch({ size: 500, lingerMs: 2 }, (requests) => ledger.claim(requests));
    this.settlements = microBatch({ size: 500, lingerMs: 2 }, (settlements) => ledger.settle(settlements));
  }

  async claim(delivery: Delivery<unknown>, token: string): Promise<Claim> {
    return answered(await this.claims.add({ delivery, token }));
  }

  async settle(delivery: Delivery<unknown>, token: string, outcome: Outcome): Promise<boolean> {
    return answered(await this.settlements.add({ delivery, token, outcome }));
  }

  markAccepted: Ledger['markAccepted'] = (...evidence) => this.ledger.markAccepted(...evidence);
  siblingCalls: Ledger['siblingCalls'] = (...question) => this.ledger.siblingCalls(...question);
}

function answered<T>(answer: T | Refused): T {
  if (answer instanceof Refused) throw answer.error;
  return answer;
}
