import { InfrastructureDown, RecordRefused } from '#libs/contracts';
import type { Receipt } from '#libs/providers';
import { describe, expect, it } from '@jest/globals';
import type { ReportedOutcome } from '../publish/outcome-publisher.service.ts';
import type { SuppressionChange } from '../suppressions/suppressions.port.ts';
import { ReceiptsService } from './receipts.service.ts';

const recipient = { hash: 'a hash', mask: 'a***@inbox.test' };
const aReceipt = (messageId: string, more: Partial<Receipt> = {}): Receipt => ({
  provider: 'sendgrid',
  providerMessageId: `id-of-${messageId}`,
  event: 'delivered',
  status: 'delivered',
  final: true,
  channel: 'email',
  recipient,
  reference: { messageId, tenant: 'default' },
  ...more,
});
const aBounce = (messageId: string) =>
  aReceipt(messageId, { status: 'bounced', forbids: { scope: 'all', reason: 'bounce', everyTenant: true } });

/** Kafka takes what it is given, but for facts of these messages; `down`: nothing. */
function aService({ refuses = [] as string[], down = false } = {}) {
  const requests: string[][] = [];
  const suppressed: SuppressionChange[] = [];
  const refusal = new RecordRefused('status.changed');
  const service = new ReceiptsService(
    {
      publishAll: (outcomes: readonly ReportedOutcome[]) => {
        if (down) return Promise.reject(new InfrastructureDown('kafka', 'publish'));
        const ids = outcomes.flatMap(({ events }) => events.facts.map(({ messageId = '' }) => messageId));
        requests.push(ids);
        return Promise.resolve(ids.map((id) => (refuses.includes(id) ? refusal : undefined)));
      },
    },
    { record: (words: readonly SuppressionChange[]) => Promise.resolve(void suppressed.push(...words)) },
  );
  return { service, requests, suppressed, refusal };
}

describe('receipts of webhooks', () => {
  it('of requests that come together go to Kafka together', async () => {
    const { service, requests } = aService();
    await Promise.all([
      service.record([aReceipt('m-1')]),
      service.record([aReceipt('m-2'), aReceipt('m-3')]),
      service.record([aReceipt('m-4')]),
    ]);
    expect(requests).toEqual([['m-1', 'm-2', 'm-3', 'm-4']]);
  });

  it('are each answered for, in their order, and the refused one alone fails its request', async () => {
    const { service, refusal } = aService({ refuses: ['m-2'] });
    const [each, of1, of2] = await Promise.allSettled([
      service.recordEach([aReceipt('m-1'), aReceipt('m-2'), aReceipt('m-3')]),
      service.record([aReceipt('m-1')]),
      service.record([aReceipt('m-3'), aReceipt('m-2')]),
    ]);
    expect(each).toEqual({ status: 'fulfilled', value: [undefined, refusal, undefined] });
    expect(of1).toMatchObject({ status: 'fulfilled' });
    expect(of2).toEqual({ status: 'rejected', reason: refusal });
  });

  it('forbid their recipient also where the fact itself is refused', async () => {
    const { service, suppressed, refusal } = aService({ refuses: ['m-1'] });
    expect(await service.recordEach([aBounce('m-1'), aReceipt('m-2')])).toEqual([refusal, undefined]);
    expect(suppressed).toMatchObject([{ suppress: { recipient: recipient.hash, scope: 'all', reason: 'bounce' } }]);
  });

  it('are not acknowledged, none of them, while Kafka cannot be reached', async () => {
    const { service } = aService({ down: true });
    const answers = await Promise.allSettled([service.record([aReceipt('m-1')]), service.record([aBounce('m-2')])]);
    for (const answer of answers)
      expect(answer).toMatchObject({ status: 'rejected', reason: expect.any(InfrastructureDown) });
  });
});
