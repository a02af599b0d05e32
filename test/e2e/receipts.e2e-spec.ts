import type { StatusChanged } from '#libs/contracts';
import { eventually } from '#libs/testing';
import { afterAll, afterEach, describe, expect, it } from '@jest/globals';
import { System } from './system.ts';

describe('messages whose webhooks do not come', () => {
  const system = new System();
  afterEach(() => system.faults(undefined));
  afterAll(() => system.close());

  it('are asked for at each provider, and their ends are reported to upstream', async () => {
    const facts = await system.follow('status.changed');
    const silent = { webhooks: 'drop' };
    await system.faults({ sendgrid: silent, resend: silent, twilio: silent });
    const ends = {
      [await system.requestEmail({ provider: 'sendgrid' })]: ['email', 'delivered'],
      [await system.requestEmail({ provider: 'resend' })]: ['email', 'delivered'],
      [await system.requestSms()]: ['sms', 'delivered'],
      [await system.requestSms({ to: '+15005550030' })]: ['sms', 'bounced'],
    } as const;
    for (const [messageId, [channel, status]] of Object.entries(ends)) {
      const { final, traceId, timeline } = await system.reaches(channel, messageId, status, 40_000);
      expect(final).toBe(true);
      expect(timeline.at(-1)).toMatchObject({ status, source: 'lookup' });
      const reported = await eventually(
        () =>
          facts
            .map(({ value, headers }) => ({ headers, fact: JSON.parse(value) as StatusChanged }))
            .find(({ fact }) => fact.messageId === messageId && fact.source === 'lookup'),
        { what: `the fact of ${messageId}` },
      );
      expect(reported.fact).toMatchObject({ status, final: true, hop: 1 });
      expect(reported.headers['traceparent']).toContain(traceId);
    }
  });
});
