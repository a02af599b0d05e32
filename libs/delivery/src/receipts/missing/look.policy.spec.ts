import { type Fact, fold, type ReceiptMissing } from '#libs/contracts';
import type { Receipt } from '#libs/providers';
import { describe, expect, it } from '@jest/globals';
import { type LookTimes, nextLookAt, stillOpen, takenMessage, withoutReceipt } from './look.policy.ts';

const hour = 3_600_000;
const noon = Date.UTC(2030, 0, 1, 12);
const ada = { hash: 'a'.repeat(32), mask: 'a***@inbox.test' };
const bob = { hash: 'b'.repeat(32), mask: 'b***@inbox.test' };
const aMissing = (more: Partial<ReceiptMissing> = {}): ReceiptMissing => ({
  messageId: 'm-1',
  tenant: 'default',
  channel: 'email',
  hop: 2,
  provider: 'sendgrid',
  providerMessageId: 'sg-1',
  callId: 'call-1',
  sentAt: new Date(noon).toISOString(),
  recipients: [ada],
  recipientCount: 1,
  ...more,
});
const toTwo = aMissing({ recipients: [ada, bob], recipientCount: 2 });
const receipt = (status: Receipt['status'], final: boolean, recipient = ada): Receipt => ({
  status,
  final,
  channel: 'email',
  provider: 'sendgrid',
  providerMessageId: 'sg-1',
  event: status,
  recipient,
  reference: {},
});

describe('a provider is asked for a missing receipt', () => {
  const times: LookTimes = { firstLookMs: hour, windowMs: 72 * hour };

  it('after an hour, two, four and so on, and a last time shortly before the window ends', () => {
    const looks: number[] = [];
    let at: number | undefined = nextLookAt(noon, 0, times, noon);
    while (at !== undefined) {
      looks.push((at - noon) / hour);
      at = nextLookAt(noon, looks.length, times, at);
    }
    expect(looks).toEqual([1, 2, 4, 8, 16, 32, 64, 68.4]);
  });

  it('later where its turn came late, so that what waits longest is not asked for all the time', () => {
    expect(nextLookAt(noon, 1, times, noon + 40 * hour)).toBe(noon + 41 * hour);
  });

  it('once at least, however short the window is', () => {
    expect(nextLookAt(noon, 0, { firstLookMs: hour, windowMs: hour / 2 }, noon)).toBe(noon + 0.475 * hour);
  });

  it('never where it cannot be asked, nor once the window is over', () => {
    expect(nextLookAt(noon, 0, { firstLookMs: undefined, windowMs: hour }, noon)).toBeUndefined();
    expect(nextLookAt(noon, 3, times, noon + 80 * hour)).toBeUndefined();
  });
});

describe('a message whose receipt is missing', () => {
  it('is asked for by the reference that its receipts would hand back', () => {
    expect(takenMessage({ missing: aMissing(), open: [ada.hash] })).toEqual({
      providerMessageId: 'sg-1',
      reference: { messageId: 'm-1', tenant: 'default', hop: 2, callId: 'call-1', recipientHash: ada.hash },
      recipients: [ada],
    });
    expect(takenMessage({ missing: toTwo, open: [bob.hash] })).toMatchObject({
      reference: { recipientCount: 2 },
      recipients: [bob],
    });
    expect(takenMessage({ missing: aMissing({ providerMessageId: undefined }), open: [] })).toBeUndefined();
  });

  it('stays open for the recipients of whom the provider knows no end', () => {
    const open = [ada.hash, bob.hash];
    expect(stillOpen({ missing: toTwo, open }, [])).toEqual(open);
    expect(stillOpen({ missing: toTwo, open }, [receipt('delayed', false)])).toEqual(open);
    expect(stillOpen({ missing: toTwo, open }, [receipt('delivered', true)])).toEqual([bob.hash]);
    expect(stillOpen({ missing: aMissing(), open: [ada.hash] }, [receipt('delivered', true, bob)])).toEqual([]);
  });

  it('ends as sent without a receipt, in the words of what was asked, and always as the same fact', () => {
    const [fact, ...none] = withoutReceipt({ missing: aMissing(), open: [ada.hash] }, 'unknown', 72 * hour);
    expect(none).toEqual([]);
    expect(fact).toMatchObject({
      status: 'sent',
      final: true,
      hop: 2,
      provider: 'sendgrid',
      source: 'email',
      at: '2030-01-04T12:00:00.000Z',
      reason: 'No receipt came within 72 hours. Asked for it, sendgrid does not know it.',
    });
    const again = withoutReceipt({ missing: aMissing(), open: [ada.hash] }, 'not-asked', hour);
    expect(again[0]).toMatchObject({ eventId: fact!.eventId, reason: expect.stringContaining('not possible to ask') });
  });

  it('ends for those recipients alone of whom nothing is known', () => {
    const facts = withoutReceipt({ missing: toTwo, open: [bob.hash] }, 'on-its-way', 90_000);
    expect(facts).toMatchObject([{ recipient: bob, recipientCount: 2, reason: expect.stringContaining('2 minutes') }]);
    const sent: Fact = { status: 'sent', final: false, hop: 2, source: 'email', recipients: [ada, bob] };
    const delivered: Fact = { status: 'delivered', final: true, hop: 2, source: 'receipt', recipientCount: 2 };
    expect(fold([sent, ...facts])).toMatchObject({ status: 'sent', final: false });
    expect(fold([sent, ...facts, { ...delivered, recipient: ada }])).toMatchObject({ status: 'sent', final: true });
    const both = [ada, bob].map((recipient) => ({ ...delivered, recipient }));
    expect(fold([sent, ...facts, ...both])).toMatchObject({ status: 'delivered', final: true });
  });
});
