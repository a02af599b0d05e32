import { type CallReference, FailureCatalogue, forbiddenByReceipt, type Receipt, receiptFact } from '#libs/providers';
import { recipientRef, type RecipientRef, type SuppressionChanged } from '#libs/contracts';
import { anEmailRequest, anSmsRequest } from '#libs/testing';
import { describe, expect, it } from '@jest/globals';
import { toEmail } from '../../apps/email/src/providers/resend/send/resend.request.policy.ts';
import { ResendEvent } from '../../apps/email/src/providers/resend/webhook/resend.events.policy.ts';
import { resendFailures } from '../../apps/email/src/providers/resend/send/resend.failures.ts';
import { toReceipts } from '../../apps/email/src/providers/resend/webhook/resend.receipts.policy.ts';
import { sorted } from '../../apps/email/src/providers/sendgrid/send/sendgrid.batch.policy.ts';
import { eventsOf } from '../../apps/email/src/providers/sendgrid/webhook/sendgrid.events.policy.ts';
import { sendgridFailures } from '../../apps/email/src/providers/sendgrid/send/sendgrid.failures.ts';
import { toMailData } from '../../apps/email/src/providers/sendgrid/send/sendgrid.request.policy.ts';
import { twilioFailures } from '../../apps/sms/src/providers/twilio/send/twilio.failures.ts';
import { toReceipt } from '../../apps/sms/src/providers/twilio/webhook/twilio.receipts.policy.ts';
import { toMessageCreate } from '../../apps/sms/src/providers/twilio/send/twilio.request.policy.ts';

const hashKey = 'a key for the tests';
const now = Date.parse('2026-11-23T12:00:10Z');
const refOf = (address: string) => recipientRef(hashKey, address);

/** As the engine makes it of a message to these recipients; `goesTo`: the rest, where some are left out. */
const called = (recipients: RecipientRef[], goesTo = recipients): CallReference => ({
  messageId: 'm-1',
  tenant: 'acme',
  lane: 'transactional',
  hop: 1,
  attempt: 1,
  callId: 'call-1',
  recipientCount: recipients.length > 1 ? recipients.length : undefined,
  recipientHash: goesTo.length === 1 ? goesTo[0]!.hash : undefined,
});

interface Reported {
  receipts: Receipt[];
  suppressions: SuppressionChanged[];
}
type Kind = 'bounce' | 'complaint' | 'unsubscribe';

/** What a provider tells of a message to `to` in an event that names another address, or none. */
type Provider = (kind: Kind, to: string[], named: string | undefined, left?: string[]) => Reported;

const mailTo = (to: string[]) => ({
  ...anEmailRequest({ to: to.map((email) => ({ email })) }),
  from: { email: 'news@acme.test' },
});

const sendgrid: Provider = (kind, to, email, left) => {
  const reference = called(to.map(refOf), left?.map(refOf));
  const customArgs = toMailData([{ message: mailTo(to), reference }]).personalizations?.[0]?.customArgs;
  const event = { bounce: 'bounce', complaint: 'spamreport', unsubscribe: 'unsubscribe' }[kind];
  const given = { event, type: 'bounce', timestamp: 1_795_435_205, sg_message_id: 'x.y', email, ...customArgs };
  const failures = new FailureCatalogue('sendgrid', sendgridFailures);
  const { receipts, suppressions } = sorted(eventsOf(JSON.parse(JSON.stringify([given]))), failures, hashKey, now);
  return { receipts, suppressions: suppressions.flatMap((word) => ('suppress' in word ? word.suppress : [])) };
};

const resend: Provider = (kind, to, named, left) => {
  const reference = called(to.map(refOf), left?.map(refOf));
  const { tags = [] } = toEmail({ message: mailTo(to), reference });
  const event = ResendEvent.parse({
    type: kind === 'bounce' ? 'email.bounced' : 'email.complained',
    created_at: '2026-11-23T12:00:05.123Z',
    data: {
      email_id: 'id-1',
      to: named === undefined ? [] : [named],
      tags: Object.fromEntries(tags.map(({ name, value }) => [name, value])),
      ...(kind === 'bounce' && { bounce: { type: 'Permanent', subType: 'General' } }),
    },
  });
  return judged(toReceipts(event, new FailureCatalogue('resend', resendFailures), hashKey));
};

const twilio: Provider = (_, [to = ''], named) => {
  const message = { ...anSmsRequest({ to }), kind: 'sms' as const, from: '+15005550006' };
  const { statusCallback } = toMessageCreate(message, called([refOf(to)]), 'https://sms.acme.test', undefined, now);
  const query = Object.fromEntries(new URL(statusCallback).searchParams);
  const params = { MessageSid: 'SM1', MessageStatus: 'undelivered', ErrorCode: '30006', ...(named && { To: named }) };
  const receipt = toReceipt(params, query, new FailureCatalogue('twilio', twilioFailures), hashKey);
  return judged(receipt ? [receipt] : []);
};

const judged = (receipts: Receipt[]): Reported => ({
  receipts,
  suppressions: receipts.flatMap((receipt) => forbiddenByReceipt(receipt, receiptFact(receipt, now))),
});

const mails: [string, Provider, Kind][] = [
  ['a bounce of SendGrid', sendgrid, 'bounce'],
  ['a complaint of SendGrid', sendgrid, 'complaint'],
  ['an unsubscribe of SendGrid', sendgrid, 'unsubscribe'],
  ['a bounce of Resend', resend, 'bounce'],
  ['a complaint of Resend', resend, 'complaint'],
];
const ada = 'ada@inbox.test';
const forwarded = 'grace@elsewhere.test';

describe('whom a webhook suppresses', () => {
  it.each(mails)('is the one recipient, where %s names the address it was forwarded to', (_, provider, kind) => {
    const { suppressions, receipts } = provider(kind, [ada], forwarded);
    expect(suppressions).toMatchObject([{ recipient: refOf(ada).hash }]);
    // The list of suppressions must not show somebody else's address beside this recipient.
    expect(suppressions[0]).not.toHaveProperty('mask');
    const fact = receiptFact(receipts[0]!, now);
    expect(fact.recipient).toEqual({ hash: refOf(ada).hash, mask: 'g***@elsewhere.test' });
    expect(fact).not.toHaveProperty('recipientHash');
  });

  it.each(mails)('is the same for both spellings of an international domain, by %s', (_, provider, kind) => {
    const written = 'ada@bücher.example';
    for (const named of ['ada@xn--bcher-kva.example', 'Ada@BÜCHER.example', `<${written}>`])
      expect(provider(kind, [written], named).suppressions).toMatchObject([
        { recipient: refOf(written).hash, mask: 'a***@xn--bcher-kva.example' },
      ]);
  });

  it.each(mails)('is the one recipient, where %s names nobody', (_, provider, kind) => {
    expect(provider(kind, [ada], undefined).suppressions).toMatchObject([{ recipient: refOf(ada).hash }]);
  });

  it.each(mails)('is whom it names, where %s is about a message to several', (_, provider, kind) => {
    for (const named of [forwarded, 'bob@inbox.test'])
      expect(provider(kind, [ada, 'bob@inbox.test'], named).suppressions).toMatchObject([
        { recipient: refOf(named).hash, mask: refOf(named).mask },
      ]);
    expect(provider(kind, [ada, 'bob@inbox.test'], undefined).suppressions).toEqual([]);
  });

  it.each(mails)('is the only one left of several, where %s names another', (_, provider, kind) => {
    const { suppressions } = provider(kind, [ada, 'bob@inbox.test'], forwarded, [ada]);
    expect(suppressions).toMatchObject([{ recipient: refOf(ada).hash }]);
  });

  it.each([
    ['names a number in another form', '+1 (202) 555-0123'],
    ['names another number', '+12025550199'],
    ['names none', undefined],
  ])('is the recipient of a text, where a callback of Twilio %s', (_, named) => {
    expect(twilio('bounce', ['+12025550123'], named).suppressions).toMatchObject([
      { recipient: refOf('+12025550123').hash },
    ]);
  });
});
