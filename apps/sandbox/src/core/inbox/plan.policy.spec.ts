import { expect, it } from '@jest/globals';
import { aMail, aText } from '../../../test/messages.ts';
import { changesBy, withEvents } from './plan.policy.ts';

it('spaces the events evenly from the start of a message', () => {
  const planned = withEvents(aMail({ to: 'deferred@a.test', startsAt: 1000 }), 100);
  expect(planned.events.map(({ at, webhook }) => [at, webhook])).toEqual([
    [1100, 'planned'],
    [1200, 'planned'],
    [1300, 'planned'],
  ]);
});

it('leaves a delivered mail delivered when its reader opens it', () => {
  const planned = withEvents(aMail({ to: 'open@a.test' }), 100);
  expect(changesBy(planned, 1)).toEqual({ status: 'delivered' });
  expect(changesBy(planned, 2)).toEqual({});
});

it('lets a Messaging Service choose the sender when it queues, and dates the message when it is sent', () => {
  const planned = withEvents(aText({ from: null, messagingServiceSid: `MG${'0'.repeat(32)}`, startsAt: 0 }), 100);
  expect(changesBy(planned, 0)).toMatchObject({ status: 'queued', from: '+15005550006', sentAt: null });
  expect(changesBy(planned, 1)).toMatchObject({ status: 'sent', sentAt: 200, errorCode: null });
});

it('keeps the code of a text that could not be delivered', () => {
  const planned = withEvents(aText({ to: '+15005550031' }), 100);
  expect(changesBy(planned, 1)).toMatchObject({ status: 'undelivered', errorCode: 30005 });
});
