import { recipientRef } from '#libs/contracts';
import { FailureCatalogue, type TakenMessage } from '#libs/providers';
import type { ProviderHttp } from '#libs/provider-http';
import { describe, expect, it } from '@jest/globals';
import { ActivityLookup } from './sendgrid.activity.adapter.ts';
import { activityQuery, answersIn } from './sendgrid.activity.policy.ts';
import { sendgridFailures } from './sendgrid.failures.ts';

const key = 'a key';
const failures = new FailureCatalogue('sendgrid', sendgridFailures);
const ada = recipientRef(key, 'ada@inbox.test');
const bob = recipientRef(key, 'bob@inbox.test');
const aMessage = (id: string, recipients = [ada]): TakenMessage => ({
  providerMessageId: id,
  reference: { messageId: `m-${id}`, tenant: 'default', hop: 1, callId: `call-${id}` },
  recipients,
});
const row = (id: string, to: string, status: string) => ({
  msg_id: `${id}.recvd-6c9f4-1-5F5F.0`,
  to_email: to,
  status,
  last_event_time: '2030-01-31T12:00:00Z',
});
const statusesOf = (messages: object[], asked: TakenMessage[]) =>
  answersIn({ messages } as never, asked, failures, key).map((answer) =>
    answer.known ? answer.receipts.map(({ status, recipient }) => [status, recipient?.hash]) : 'unknown',
  );

describe('Email Activity, asked for missing receipts', () => {
  it('is asked by our own ids of the calls, about several at once', () => {
    expect(activityQuery([aMessage('a'), aMessage('b')])).toBe(
      `unique_args['mi_call_id']="call-a" OR unique_args['mi_call_id']="call-b"`,
    );
    expect(activityQuery([{ ...aMessage('a'), reference: {} }])).toBe('msg_id LIKE "a%"');
  });

  it('says how a mail ended by its id and recipient, though a call carried several', () => {
    const rows = [
      row('a', 'ada@inbox.test', 'delivered'),
      row('a', 'bob@inbox.test', 'not_delivered'),
      row('b', 'Ada@Inbox.test', 'processed'),
    ];
    const asked = [aMessage('a', [ada, bob]), aMessage('b'), aMessage('c'), aMessage('a', [bob])];
    expect(statusesOf(rows, asked)).toEqual([
      [
        ['delivered', ada.hash],
        ['failed', bob.hash],
      ],
      [],
      'unknown',
      [['failed', bob.hash]],
    ]);
  });

  it('is asked about one at a time once it has refused a question about several', async () => {
    const paths: string[] = [];
    const call = async ({ path }: { path: string }) => {
      paths.push(path);
      return paths.length === 1
        ? { status: 400, headers: {}, body: '{"errors":[]}' }
        : { status: 200, headers: {}, body: '{"messages":[]}' };
    };
    const lookup = new ActivityLookup({ call } as unknown as ProviderHttp, {}, failures);
    expect(lookup.most).toBe(20);
    expect(await lookup.ask([aMessage('a'), aMessage('b')], key)).toEqual({ answered: false, mayNotAsk: false });
    expect(lookup.most).toBe(1);
    expect(await lookup.ask([aMessage('a')], key)).toEqual({ answered: true, of: [{ known: false }] });
    expect(paths[1]).toBe(`/v3/messages?query=${encodeURIComponent(activityQuery([aMessage('a')]))}&limit=1000`);
  });

  it.each([
    [403, true],
    [429, false],
    [500, false],
  ])('gives no answer where SendGrid answers %d', async (status, mayNotAsk) => {
    const call = () => Promise.resolve({ status, headers: {}, body: '{}' });
    const lookup = new ActivityLookup({ call } as unknown as ProviderHttp, {}, failures);
    expect(await lookup.ask([aMessage('a')], key)).toEqual({ answered: false, mayNotAsk });
  });
});
