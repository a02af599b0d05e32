import { fold as realFold, identityKey, type StatusChanged, topicName, topics } from '#libs/contracts';
import type { History } from './history.ts';
import type { LedgerRow } from './ledger-table.ts';
import type { Evidence, Resend } from './retry-tables.ts';
import type { Accepted } from './sim-provider.ts';
import { guardMs, type World } from './world.ts';

export interface Judgement {
  violations: string[];
  /** Second copies that policy sent after an unconfirmed call that nobody could resolve (docs/adr/0024). */
  resentByPolicy: number;
  /** Accepted in a request with others. */
  together: number;
  /** Accepted for some of their recipients, while others are suppressed. */
  leftOut: number;
}

const notSent = new Set(['failed', 'expired', 'cancelled', 'suppressed', 'rejected']);

/** What must be true once a history has ended. */
export function judge(world: World, { asked, lane }: History): Judgement {
  const { facts } = world;
  const judged = asked.map((_, index) => judgeMessage(`m${index + 1}`, facts, world));
  return {
    violations: [
      ...judged.flatMap(({ violations }) => violations),
      ...inversions(world, topicName(topics.emailRequested, '', lane)),
      ...strange(world, asked),
      ...needless(world),
      ...world.broker.stepsBack.map((step) => `backward: ${step} was committed`),
    ],
    resentByPolicy: judged.reduce((sum, { resentByPolicy }) => sum + resentByPolicy, 0),
    together: world.accepted.filter(({ together }) => together > 1).length,
    leftOut: world.accepted.filter(({ to, count }) => to.length < count).length,
  };
}

function judgeMessage(
  messageId: string,
  all: readonly StatusChanged[],
  world: World,
): Pick<Judgement, 'violations' | 'resentByPolicy'> {
  const facts = all.filter((fact) => fact.messageId === messageId);
  const calls = world.accepted.filter((call) => call.messageId === messageId);
  const rows = world.ledger.of(idOf(messageId));
  const fold = world.variant.fold ?? realFold;
  const copies = secondCopies(messageId, calls, world.retry.resends.get(messageId) ?? [], world.evidenceOf(messageId));
  const violations = [
    ...ending(messageId, facts, calls, fold),
    ...early(messageId, facts, calls, fold),
    ...backward(messageId, facts, fold),
    ...unreported(messageId, rows, facts),
    ...mistaken(messageId, facts, calls),
    ...unlawful(messageId, calls),
    ...wronged(messageId, facts, world),
    ...unheard(messageId, rows, facts),
    ...notDeadLettered(messageId, facts, fold, world),
    ...copies.violations,
  ];
  return { violations, resentByPolicy: copies.byPolicy };
}

/** Nothing is lost: one final status in the end; `sent` becomes final by itself without a receipt. */
function ending(
  messageId: string,
  facts: readonly StatusChanged[],
  calls: readonly Accepted[],
  fold: typeof realFold,
): string[] {
  const { status, final } = fold(facts);
  const ended = final || status === 'sent' || status === 'delayed';
  const saidOtherwise = notSent.has(status) && calls.length > 0 && !facts.some((fact) => fact.source === 'receipt');
  return [
    ...(ended ? [] : [`lost: ${messageId} stays "${status}" for ever`]),
    ...(saidOtherwise ? [`untrue: ${messageId} was taken, and is shown as ${status}`] : []),
  ];
}

/** A message is shown as delivered only if one call delivered it to everybody. */
function early(
  messageId: string,
  facts: readonly StatusChanged[],
  calls: readonly Accepted[],
  fold: typeof realFold,
): string[] {
  const { status } = fold(facts);
  const toAll = calls.some(
    ({ copies, count }) =>
      copies.length === count && copies.every(({ receipt, reported }) => reported && receipt === 'delivered'),
  );
  return status === 'delivered' && !toAll
    ? [`untrue: ${messageId} is shown as delivered, and was not to everybody`]
    : [];
}

function backward(messageId: string, facts: readonly StatusChanged[], fold: typeof realFold): string[] {
  const course = facts.map((_, index) => fold(facts.slice(0, index + 1)).status);
  const delivered = course.indexOf('delivered');
  const back =
    delivered < 0
      ? undefined
      : course.slice(delivered).find((status) => status !== 'delivered' && status !== 'bounced');
  return back === undefined ? [] : [`backward: ${messageId} goes from delivered to ${back}`];
}

/** Every claim is settled, and every settlement is published. */
function unreported(messageId: string, rows: readonly LedgerRow[], facts: readonly StatusChanged[]): string[] {
  return rows.flatMap(({ hop, state }) => {
    if (state === 'claimed') return [`unresolved: the claim of ${messageId}/${hop}`];
    const wanted = tellingOf[state];
    const isReported = facts.some(
      (fact) => fact.hop === hop && (wanted.includes(fact.status) || (state === 'sent' && isEvidence(fact))),
    );
    return wanted.length === 0 || isReported ? [] : [`untold: ${messageId}/${hop} is settled as ${state}`];
  });
}

const isEvidence = ({ source }: StatusChanged) => source === 'receipt' || source === 'lookup';

/**
 * The statuses that report each outcome of a hop; none where the outcome says nothing about this hop (a look-up reports
 * an earlier one).
 */
const tellingOf: Record<Exclude<LedgerRow['state'], 'claimed'>, string[]> = {
  sent: ['sent'],
  validated: ['cancelled'],
  cancelled: ['cancelled'],
  failed: ['failed', 'retrying'],
  unknown: [],
  waiting: ['scheduled'],
  parked: ['scheduled'],
  expired: ['expired'],
  suppressed: ['suppressed'],
  found: [],
  unresolved: [],
  superseded: [],
};

/** What is reported as accepted was accepted, in the hop that is named. */
function mistaken(messageId: string, facts: readonly StatusChanged[], calls: readonly Accepted[]): string[] {
  const wrong = facts.filter(({ status, hop }) => status === 'sent' && !calls.some((call) => call.hop === hop));
  return wrong.map(
    ({ hop, source }) => `mistaken: ${messageId}/${hop} is reported as sent (${source}), and was never taken`,
  );
}

/** Of two records with one id and different content, one is quarantined. */
function strange({ quarantined }: World, asked: History['asked']): string[] {
  const names = asked.flatMap(({ repeat }, index) => (repeat === 'other content' ? [`m${index + 1}`] : []));
  return names
    .filter((messageId) => !quarantined.has(messageId))
    .map((messageId) => `swallowed: ${messageId} came with other content, and no record was quarantined`);
}

/** While no record is lost, none is treated as lost. */
function needless({ broker, retry }: World): string[] {
  return broker.losses > 0
    ? []
    : retry.releasedAgain.map((hop) => `needless: ${hop} was released once more, and nothing had been lost`);
}

/** A refusal is reported as permanent only if the provider refuses this message. */
function wronged(messageId: string, facts: readonly StatusChanged[], { refused }: World): string[] {
  const wrong = facts.filter(
    ({ failure, hop }) => failure?.code === 'refused for good' && !refused.has(`${messageId}/${hop}`),
  );
  return wrong.map(({ hop }) => `mistaken: ${messageId}/${hop} is reported as refused for good, and others were`);
}

/** A message that a bug of ours ends has a dead letter with a remedy; one that expired, so that it can be redriven. */
function notDeadLettered(
  messageId: string,
  facts: readonly StatusChanged[],
  fold: typeof realFold,
  { deadLettered }: World,
): string[] {
  if (deadLettered.has(messageId)) return [];
  const { status } = fold(facts);
  if (status === 'expired') return [`unburied: ${messageId} expired, without a dead letter`];
  const stopped = facts.some(({ failure, final }) => final && ownFaults.has(failure?.code ?? ''));
  return stopped && ['failed', 'unconfirmed'].includes(status)
    ? [`unburied: ${messageId} is ended by a fault, without a dead letter`]
    : [];
}

const ownFaults = new Set(['MSG_HANDLER_BUG', 'MSG_RECORD_REFUSED', 'MSG_HANDOVER_UNREADABLE']);

/** Each recipient who was left out is reported. */
function unheard(messageId: string, rows: readonly LedgerRow[], facts: readonly StatusChanged[]): string[] {
  return rows.flatMap(({ hop, outcome }) => {
    const { suppressedRecipients = [] } = outcome?.kind === 'sent' ? outcome : {};
    const unreportedOf = suppressedRecipients.filter(
      ({ recipient }) =>
        !facts.some(
          (fact) => fact.hop === hop && fact.status === 'suppressed' && fact.recipient?.hash === recipient.hash,
        ),
    );
    return unreportedOf.map(({ recipient }) => `untold: ${recipient.mask} was left out of ${messageId}/${hop}`);
  });
}

function unlawful(messageId: string, calls: readonly Accepted[]): string[] {
  return calls.flatMap(({ hop, leaseLeft, knewOf, afterCancel, againstRequest }) => [
    ...(againstRequest ? [`unwanted: ${messageId}/${hop} went to somebody who was known as suppressed`] : []),
    ...(leaseLeft >= guardMs
      ? []
      : [
          `unfenced: ${messageId}/${hop} was sent ` +
            `${leaseLeft < 0 ? 'although its claim was over' : 'with too little of its lease left'}`,
        ]),
    ...(knewOf === undefined
      ? []
      : [`double: ${messageId}/${hop} was sent although hop ${knewOf} was known to be accepted`]),
    ...(afterCancel
      ? [
          `cancelled: ${messageId}/${hop} was sent after it was reported as cancelled, or although its claim knew ` +
            'that it is',
        ]
      : []),
  ]);
}

/** At most one accepted call, unless policy sent again in between, when there was no evidence of the earlier one. */
function secondCopies(
  messageId: string,
  calls: readonly Accepted[],
  resends: readonly Resend[],
  evidences: readonly Evidence[],
): { violations: string[]; byPolicy: number } {
  const hops = calls.map(({ hop }) => hop).sort((a, b) => a - b);
  const pairs = hops.slice(1).map((hop, index) => ({ earlier: hops[index]!, hop }));
  const chosen = ({ earlier, hop }: (typeof pairs)[number]) =>
    resends.some(
      (resend) =>
        earlier < resend.hop &&
        resend.hop <= hop &&
        !evidences.some((evidence) => evidence.hop === earlier && evidence.at < resend.decidedAt),
    );
  const unintended = pairs.filter((pair) => !chosen(pair));
  return {
    violations: unintended.map(
      ({ earlier, hop }) => `double: ${messageId} was taken on hop ${earlier} and on hop ${hop}`,
    ),
    byPolicy: pairs.length - unintended.length,
  };
}

/** First hops of one key and partition are accepted in the order of their offsets. */
function inversions(world: World, topic: string): string[] {
  const firsts = world.accepted
    .filter(({ hop }) => hop === 1)
    .flatMap(({ messageId, callId }) => {
      const row = world.ledger.of(idOf(messageId)).find((claimed) => claimed.hop === 1 && claimed.callId === callId);
      const [partition, offset] = (row?.source.slice(topic.length + 1) ?? '').split('/').map(Number);
      const key = world.broker.logOf(`${topic}/${partition}`)[offset!]?.key?.toString();
      return key === undefined ? [] : [{ messageId, chain: `${partition}/${key}`, offset: offset! }];
    });
  return firsts.flatMap((later, index) =>
    firsts
      .slice(0, index)
      .filter((before) => before.chain === later.chain && before.offset > later.offset)
      .map((before) => `inversion: ${before.messageId} was taken before ${later.messageId}`),
  );
}

const idOf = (messageId: string) => identityKey({ tenant: 'default', channel: 'email', messageId });
