import { expect, it } from '@jest/globals';
import type { StoredMessage } from '../src/core/inbox/message.ts';
import { withEvents } from '../src/core/inbox/plan.policy.ts';
import { sendgrid } from '../src/simulators/sendgrid/index.ts';
import type { MailMessage } from '../src/simulators/sendgrid/message.ts';
import { twilio } from '../src/simulators/twilio/index.ts';
import type { TextMessage } from '../src/simulators/twilio/message.ts';
import { aMail, aText } from './messages.ts';

const mailWith = (parts: Parameters<typeof aMail>[0]) =>
  withEvents<MailMessage>(aMail(parts) as StoredMessage<MailMessage>, 100, sendgrid);
const textWith = (parts: Parameters<typeof aText>[0]) =>
  withEvents<TextMessage>(aText(parts) as StoredMessage<TextMessage>, 100, twilio);

it('spaces the events evenly from the start of a message', () => {
  const planned = mailWith({ to: 'deferred@a.test', startsAt: 1000 });
  expect(planned.events.map(({ at, webhook }) => [at, webhook])).toEqual([
    [1100, 'planned'],
    [1200, 'planned'],
    [1300, 'planned'],
  ]);
});

it('leaves a delivered mail delivered when its reader opens it', () => {
  const planned = mailWith({ to: 'open@a.test' });
  expect(sendgrid.changesBy(planned, 1)).toEqual({ status: 'delivered' });
  expect(sendgrid.changesBy(planned, 2)).toEqual({});
});

it('lets a Messaging Service choose the sender when it queues, and dates the message when it is sent', () => {
  const planned = textWith({ from: null, messagingServiceSid: `MG${'0'.repeat(32)}`, startsAt: 0 });
  expect(twilio.changesBy(planned, 0)).toMatchObject({ status: 'queued', from: '+15005550006', sentAt: null });
  expect(twilio.changesBy(planned, 1)).toMatchObject({ status: 'sent', sentAt: 200, errorCode: null });
});

it('keeps the code of a text that could not be delivered', () => {
  const planned = textWith({ to: '+15005550031' });
  expect(twilio.changesBy(planned, 1)).toMatchObject({ status: 'undelivered', errorCode: 30005 });
});
