import { factRecord, identityKey, receiptId, type StatusChanged, type SuppressionChanged } from '#libs/contracts';
import type { OtherEvents, SuppressionsService } from '#libs/delivery';
import { contextOf, underContext } from '#libs/telemetry';
import { allPublished, type Publisher } from '#libs/transport';
import type { UnsubscribeClaim } from './token.policy.ts';

/** Publishes that a recipient has unsubscribed from a mailing. */
export class UnsubscribeService {
  constructor(
    private readonly publisher: Pick<Publisher, 'publish'>,
    private readonly suppressions: Pick<SuppressionsService, 'record'>,
    private readonly otherEvents: Pick<OtherEvents, 'publishOrKeep'>,
  ) {}

  /**
   * Each click publishes the same facts under the same ids. `kept`: they break our own contract, and the request is
   * kept in `messaging.unreadable` for a person.
   * @throws InfrastructureDown when Kafka cannot be reached
   */
  unsubscribe(claim: UnsubscribeClaim, now: Date): Promise<'published' | 'kept'> {
    const { tenant, messageId } = claim;
    const identity = identityKey({ tenant, channel: 'email', messageId });
    const fact = factOf(claim, identity, now);
    // The claim contains no address: the recipient is a keyed hash.
    const event = () => ({
      provider: 'messaging',
      type: 'one-click',
      id: messageId,
      body: Buffer.from(JSON.stringify(claim)),
    });
    const publish = () =>
      allPublished([
        this.suppressions.record([{ suppress: suppressionOf(claim, fact) }]),
        this.publisher.publish(factRecord(fact)),
      ]);
    return underContext(contextOf(identity), () => this.otherEvents.publishOrKeep({ event, publish }));
  }
}

function factOf({ tenant, messageId, recipient, scope }: UnsubscribeClaim, identity: string, now: Date): StatusChanged {
  const eventId = receiptId({
    provider: 'messaging',
    providerMessageId: identity,
    event: 'unsubscribed',
    recipientHash: recipient,
    link: scope,
  });
  // The link contains no address, so there is no mask to show.
  return {
    eventId,
    messageId,
    tenant,
    channel: 'email',
    status: 'unsubscribed',
    final: false,
    at: now.toISOString(),
    source: 'receipt',
    recipient: { hash: recipient, mask: '***' },
    reason: `Left ${scope} by the platform’s link.`,
  };
}

function suppressionOf(
  { tenant, recipient, scope }: UnsubscribeClaim,
  { eventId, at }: StatusChanged,
): SuppressionChanged {
  return { channel: 'email', recipient, scope, reason: 'unsubscribe', at, eventId, tenant, source: 'one-click' };
}
