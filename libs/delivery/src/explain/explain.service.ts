import {
  type Channel,
  type ConsideredProvider,
  type Failure,
  type FieldError,
  fieldErrors,
  type Lane,
  UnreadableRecord,
} from '#libs/contracts';
import type { TextSize } from '#libs/providers';
import type { Controls } from '#libs/runtime';
import { admit } from '../accept/admit.policy.ts';
import { firstHop } from '../accept/decode.ts';
import { filterRecipients } from '../accept/recipient-filter.policy.ts';
import type { ChannelPort, RequestEnvelope } from '../channel.port.ts';
import { cancelledByRule, paused, pausesOf, providerPauses } from '../controls/control.policy.ts';
import type { Delivery, Outcome, SuppressionFound } from '../delivery.ts';
import type { QuietHours } from '../quiet/quiet-hours.ts';
import type { RoutingService } from '../route/routing.service.ts';
import type { Suppressions } from '../suppressions/suppressions.port.ts';

/** What would become of a request if it came now. Addresses are masked. */
export interface Explanation {
  channel: Channel;
  lane: Lane;
  /** What would happen first. */
  would: 'be sent' | 'wait' | 'be rejected' | 'be suppressed' | 'be cancelled' | 'fail' | 'expire' | 'be tried again';
  /** In plain words. */
  why: string;
  messageId?: string;
  tenant?: string;
  /** Rules that the request breaks. */
  fields?: readonly FieldError[];
  /** Not before, and not after; ISO 8601. */
  sendAt?: string;
  expiresAt?: string;
  recipients?: readonly { mask: string; suppressed?: string }[];
  templateVersion?: string;
  provider?: string;
  /** What is found of each provider that could take it. */
  route?: readonly ConsideredProvider[];
  failure?: Failure;
  /** Of a text: how many segments it takes, which is what it costs. */
  size?: TextSize;
}

export interface ExplainOptions<R, M> {
  channel: ChannelPort<R, M>;
  routing: Pick<RoutingService<M>, 'consider' | 'troubleOf'>;
  suppressed: Pick<Suppressions, 'list'>;
  quietHours: Pick<QuietHours, 'of'>;
  controls: Pick<Controls, 'inForce'>;
  hashKey: string;
  scheduleAtMostDays: number;
}

/** A dry run: what would become of a request, against the live state of this replica. It sends and keeps nothing. */
export class ExplainService {
  private readonly options: ExplainOptions<RequestEnvelope, unknown>;

  constructor(options: ExplainOptions<RequestEnvelope, unknown>) {
    this.options = options;
  }

  /**
   * @param json a request as upstream would publish it
   * @param now in ms since 1970
   * @throws InfrastructureDown when Postgres cannot be reached; repeating is safe.
   */
  async explain(json: unknown, lane: Lane, now: number): Promise<Explanation> {
    const { channel, routing, hashKey, scheduleAtMostDays } = this.options;
    const base = { channel: channel.channel, lane };
    const parsed = channel.schema.safeParse(json);
    if (!parsed.success)
      return { ...base, would: 'be rejected', why: 'It breaks its schema.', fields: fieldErrors(parsed.error) };
    const origin = { source: 'explain', lane, timestamp: now, key: null };
    let delivery: Delivery<unknown>;
    try {
      const troubleOf = (message: unknown) => routing.troubleOf(message);
      delivery = firstHop(channel, parsed.data, json, origin, { hashKey, scheduleAtMostDays, troubleOf });
    } catch (error) {
      if (!(error instanceof UnreadableRecord)) throw error;
      return { ...base, would: 'be rejected', why: sentence(error.message), fields: error.fields };
    }
    return { ...base, ...(await this.ofDelivery(delivery, now)) };
  }

  private async ofDelivery(delivery: Delivery<unknown>, now: number): Promise<Omit<Explanation, 'channel' | 'lane'>> {
    const { channel, routing, quietHours } = this.options;
    const filtered = filterRecipients(delivery, await this.suppressionsOf(delivery), channel, now);
    const left = filtered.left ? filtered.suppressedRecipients : filtered.outcome.suppressedRecipients;
    const size = channel.sizeOf(delivery.message);
    const known = {
      messageId: delivery.messageId,
      tenant: delivery.tenant,
      ...(delivery.sendAt && { sendAt: delivery.sendAt.toISOString() }),
      expiresAt: delivery.expiresAt.toISOString(),
      recipients: delivery.recipients.map(({ hash, mask }) => {
        const suppressed = left?.find(({ recipient }) => recipient.hash === hash);
        return { mask, ...(suppressed && { suppressed: suppressed.why }) };
      }),
      ...(delivery.templateVersion !== undefined && { templateVersion: delivery.templateVersion }),
      ...(size && { size }),
    };
    const held = admit(delivery, now, quietHours) ?? (filtered.left ? undefined : filtered.outcome);
    const controls = (await this.options.controls.inForce()).map(({ control }) => control);
    const pauses = pausesOf(controls, delivery, now);
    const stopped =
      cancelledByRule(controls, delivery, now) ??
      held ??
      (pauses.length > 0 ? paused(pauses, delivery, now) : undefined);
    if (stopped) return { ...known, ...wordsOf(stopped) };
    const pausedProviders = providerPauses(controls, delivery, now);
    const refusal = filtered.left ? channel.refuse(filtered.delivery.message) : undefined;
    if (refusal) return { ...known, ...failing(refusal) };
    const admitted = { ...(filtered.left ? filtered.delivery : delivery), pausedProviders };
    const { route, taken, outcome } = routing.consider(admitted);
    if (taken === undefined) return { ...known, ...(outcome ? wordsOf(outcome) : noWords), route };
    return { ...known, would: 'be sent', why: `By ${taken}, at once.`, provider: taken, route };
  }

  private async suppressionsOf({ recipients }: Delivery<unknown>): Promise<SuppressionFound[]> {
    const lists = await Promise.all(
      recipients.map(({ hash }) =>
        this.options.suppressed.list({ recipient: hash, lifted: false, limit: MOST_LISTED }),
      ),
    );
    return lists
      .flat()
      .map(({ recipient, scope, tenant = null, reason, at }) => ({ recipient, scope, tenant, reason, since: at }));
  }
}

/** A recipient has a handful of suppressions at most: one by scope. */
const MOST_LISTED = 100;

const noWords = { would: 'wait', why: 'No provider can take it now; it waits until one can.' } as const;

function wordsOf(outcome: Outcome): Pick<Explanation, 'would' | 'why' | 'failure'> {
  switch (outcome.kind) {
    case 'waiting':
    case 'parked':
      return { would: 'wait', why: outcome.reason };
    case 'cancelled':
      return { would: 'be cancelled', why: outcome.reason ?? 'Upstream asked not to send it any more.' };
    case 'expired':
      return { would: 'expire', why: outcome.failure.meaning, failure: outcome.failure };
    case 'suppressed':
      return { would: 'be suppressed', why: 'None of its recipients may be written to.' };
    case 'failed':
      return failing(outcome.failure);
    default:
      return { would: 'fail', why: 'It cannot be explained.' };
  }
}

const failing = (failure: Failure): Pick<Explanation, 'would' | 'why' | 'failure'> => ({
  would: failure.retry === 'never' ? 'fail' : 'be tried again',
  why: failure.meaning,
  failure,
});

const sentence = (text: string) => `${text.charAt(0).toUpperCase()}${text.slice(1)}.`;
