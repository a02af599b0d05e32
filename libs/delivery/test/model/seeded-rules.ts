import { fold } from '#libs/contracts';
import type { SiblingCall, Claim, Delivery, Outcome } from '../../src/delivery.ts';
import type fc from 'fast-check';
import {
  faultyHistories,
  type History,
  lateAnswers,
  lostInWork,
  lostRecords,
  slowStarts,
  batchHistories,
  cancelledInRelease,
  unreadEvidence,
  unreportedAnswers,
} from './history.ts';
import { HandoverTable } from './handover-table.ts';
import { type LedgerRow, LedgerTable } from './ledger-table.ts';
import { RetryTables } from './retry-tables.ts';
import { answerMs, type Variant } from './world.ts';

class ClaimsById extends LedgerTable {
  override claim(delivery: Delivery<unknown>, token: string, now: number): Claim {
    const claim = super.claim(delivery, token, now);
    return claim.verdict === 'running' ? { verdict: 'mine', token } : claim;
  }
  protected override maySettle(row: LedgerRow): boolean {
    return row.state === 'claimed';
  }
}

class IgnoresEvidence extends LedgerTable {
  protected override acceptedBy = (): undefined => undefined;
}

class DropsLateEvidence extends LedgerTable {
  protected override maySettle = (row: LedgerRow, token: string): boolean =>
    row.token === token && row.state === 'claimed';
}

class ForgetsPostponements extends LedgerTable {
  override settle(delivery: Delivery<unknown>, token: string, outcome: Outcome, now: number): boolean {
    const settled = super.settle(delivery, token, outcome, now);
    if (settled && outcome.kind === 'waiting')
      for (const [key, row] of this.rows) if (row.token === token) this.rows.delete(key);
    return settled;
  }
}

class KeepsWhatSuperseded extends LedgerTable {
  override claim(delivery: Delivery<unknown>, token: string, now: number): Claim {
    const claim = super.claim(delivery, token, now);
    const superseded = claim.verdict === 'settled' && claim.outcome.kind === 'superseded';
    return superseded ? { verdict: 'settled', outcome: { kind: 'superseded', at: claim.outcome.at } } : claim;
  }
}

class TakesAnyRecordForTheSame extends LedgerTable {
  override claim(delivery: Delivery<unknown>, token: string, now: number): Claim {
    const known = this.of(delivery.id).find((row) => row.hop === delivery.hop);
    return super.claim({ ...delivery, source: known?.source ?? delivery.source }, token, now);
  }
}

class IgnoresSiblingCalls extends LedgerTable {
  override siblingCalls(...asked: Parameters<LedgerTable['siblingCalls']>): SiblingCall[] {
    return super.siblingCalls(...asked).filter(({ own }) => own);
  }
}

class OverlooksCancellations extends LedgerTable {
  override claim(delivery: Delivery<unknown>, token: string, now: number): Claim {
    const claim = super.claim(delivery, token, now);
    return claim.verdict === 'mine' ? { verdict: 'mine', token } : claim;
  }
}

class MarksWhateverItTook extends RetryTables {
  protected override mayMark = (): boolean => true;
}

class SendsAgainUnread extends RetryTables {
  protected override mayGo = (): boolean => true;
}

class CancelsWhatIsReleased extends RetryTables {
  protected override mayCancel = ({ state }: { state: string }): boolean =>
    state === 'pending' || state === 'releasing';
}

class NeverAsksAgain extends RetryTables {
  protected override isWaitedFor = (): boolean => false;
}

class KeepsNoHandover extends HandoverTable {
  override keep(): void {}
}

class StandsForNoLostRecord extends LedgerTable {
  override claim(delivery: Delivery<unknown>, token: string, now: number): Claim {
    const claim = super.claim(delivery, token, now);
    const inWork = this.of(delivery.id).some((row) => row.hop === delivery.hop && row.state === 'claimed');
    return claim.verdict === 'repeat' && inWork ? { verdict: 'repeat' } : claim;
  }
}

export interface SeededBugs {
  variant: Variant;
  /** The invariant that it violates. */
  breaks: RegExp;
  /** The number of histories within which it must be noticed. */
  within: number;
  among?: fc.Arbitrary<History>;
}

/** Each rule of the protocol left out once (docs/adr/0034). */
export const seededRules: Record<string, SeededBugs> = {
  'claims by id instead of by token': {
    variant: { ledger: (...of) => new ClaimsById(...of) },
    breaks: /^(double|unfenced)/,
    within: 2_000,
  },
  'looks at no lease before it calls': { variant: { believedLeaseMs: Infinity }, breaks: /^unfenced/, within: 2_000 },
  'commits before it publishes': {
    variant: { commitsBeforePublishing: true },
    breaks: /^(lost|untold)/,
    within: 2_000,
  },
  // Nothing is lost by it, since a record counts as finished only once its events are published: but the group's offset
  // goes back behind another member's.
  'commits on for a partition that was given away': {
    variant: { commitsWhatWasGivenAway: true },
    breaks: /^backward: .* was committed/,
    within: 2_000,
  },
  'sends on although an earlier hop is proven': {
    variant: { ledger: (...of) => new IgnoresEvidence(...of) },
    breaks: /^double/,
    within: 4_000,
  },
  'drops a late answer that shows acceptance': {
    variant: { ledger: (...of) => new DropsLateEvidence(...of) },
    breaks: /^double/,
    within: 4_000,
    among: lateAnswers,
  },
  'lets a postponement take no hop': {
    variant: {
      ledger: (...of) => new ForgetsPostponements(...of),
      eventsFor: ({ facts, deferred }) => ({
        facts,
        ...(deferred && { deferred: deferred.why === 'waiting' ? { ...deferred, hop: deferred.hop - 1 } : deferred }),
      }),
    },
    breaks: /^(double|cancelled|lost|untold)/,
    within: 2_000,
  },
  'claims without a look at what upstream took back': {
    variant: { ledger: (...of) => new OverlooksCancellations(...of) },
    breaks: /^cancelled/,
    within: 1_000,
  },
  'does not tell which earlier hop superseded a later one': {
    variant: { ledger: (...of) => new KeepsWhatSuperseded(...of) },
    breaks: /^(lost|untold)/,
    within: 1_000,
    among: unreportedAnswers,
  },
  'takes what looks the same for the lost call': {
    variant: { ledger: (...of) => new IgnoresSiblingCalls(...of) },
    breaks: /^mistaken/,
    within: 4_000,
  },
  'decides by the clock before it asks the ledger': {
    variant: { admitsBeforeClaim: true },
    breaks: /^(double|cancelled|lost|untold|backward|untrue)/,
    within: 2_000,
  },
  'takes another record for the same one come again': {
    variant: { ledger: (...of) => new TakesAnyRecordForTheSame(...of) },
    breaks: /^swallowed/,
    within: 1_000,
  },
  'takes what became of the first of a call for what became of all': {
    variant: { firstSpeaksForAll: true },
    breaks: /^(mistaken|untrue|double|lost)/,
    within: 1_000,
    among: batchHistories,
  },
  'sends the halves of a call that was refused under its own key': {
    variant: { halvesUnderOneKey: true },
    breaks: /^mistaken/,
    within: 1_000,
    among: batchHistories,
  },
  'looks at the lease of the last of a call alone': {
    variant: { asksTheLastAlone: true },
    breaks: /^unfenced/,
    within: 1_000,
    among: slowStarts,
  },
  'writes to all of several recipients, whoever is suppressed': {
    variant: { goesToAll: true },
    breaks: /^unwanted/,
    within: 2_000,
  },
  'does not tell who was left out': {
    variant: {
      eventsFor: (reported) => ({ ...reported, facts: reported.facts.filter(({ recipient }) => !recipient) }),
    },
    breaks: /^untold/,
    within: 2_000,
  },
  'takes the fate of one of several recipients for that of all': {
    variant: {
      fold: (facts) => fold([...facts].map(({ recipient: _, recipients: __, recipientCount: ___, ...fact }) => fact)),
    },
    breaks: /^(untrue|backward)/,
    within: 2_000,
  },
  // Nothing is lost by it: what is not answered is requested again.
  'marks as published whatever it once took': {
    variant: { retry: (lease) => new MarksWhateverItTook(lease, answerMs) },
    breaks: /^needless/,
    within: 4_000,
  },
  'sends again while what proves acceptance lies unread': {
    variant: { retry: (lease) => new SendsAgainUnread(lease, answerMs) },
    breaks: /^double/,
    within: 4_000,
    among: unreadEvidence,
  },
  'takes a batch of settlements for written of which only half is': {
    variant: { settlesHalfABatch: true },
    breaks: /./,
    within: 2_000,
  },
  'takes the answers to a batch of claims for those of others in it': {
    variant: { crossesAnswers: true },
    breaks: /./,
    within: 2_000,
  },
  'cancels what is being released': {
    variant: { retry: (lease) => new CancelsWhatIsReleased(lease, answerMs) },
    breaks: /^cancelled/,
    within: 2_000,
    among: cancelledInRelease,
  },
  'never asks again for what it released': {
    variant: { retry: (lease) => new NeverAsksAgain(lease, answerMs) },
    breaks: /^(lost|untold)/,
    within: 1_000,
    among: lostRecords,
  },
  'forgets what it handed over before retry has decided': {
    variant: { handovers: () => new KeepsNoHandover(answerMs) },
    breaks: /^lost/,
    within: 1_000,
    among: lostRecords,
  },
  'absorbs in silence what it is asked again': {
    variant: { absorbsWhatIsAskedAgain: true },
    breaks: /^(lost|untold)/,
    within: 1_000,
    among: lostRecords,
  },
  'leaves a claim open whose record was lost': {
    variant: { ledger: (...of) => new StandsForNoLostRecord(...of) },
    breaks: /^(lost|unresolved)/,
    within: 2_000,
    among: lostInWork,
  },
  'takes what comes with a hand-over for the answer': {
    variant: { takesAnyFactForAnAnswer: true },
    breaks: /^lost/,
    within: 1_000,
    among: lostRecords,
  },
  'takes what is late for lost': { variant: { takesLagForLoss: true }, breaks: /^needless/, within: 2_000 },
  'hands a message over before it has told of it': {
    variant: { handsOverFirst: true },
    breaks: /^(lost|untold)/,
    within: 4_000,
    among: lostInWork,
  },
  'leaves the message of a record that it quarantines as it is': {
    variant: { endsNothing: true },
    breaks: /^lost/,
    within: 1_000,
    among: faultyHistories,
  },
  'hands nothing over of what it finds expired': {
    variant: {
      eventsFor: ({ deferred, ...reported }) =>
        deferred?.failure?.code === 'MSG_EXPIRED' ? reported : { ...reported, ...(deferred && { deferred }) },
    },
    breaks: /^unburied: .* expired/,
    within: 1_000,
  },
  'tells as failed whatever a fault has stopped': {
    variant: { endsUnasked: true },
    breaks: /^untrue/,
    within: 2_000,
    among: faultyHistories,
  },
  'shows the latest fact as the status': {
    variant: {
      fold: (facts) =>
        ({
          status: 'accepted',
          engagement: [],
          ...[...facts].map(({ status, final }) => ({ status: status as 'sent', final })).at(-1),
        }) as ReturnType<NonNullable<Variant['fold']>>,
    },
    breaks: /^(lost|backward|untrue)/,
    within: 1_000,
  },
};
