import { afterAll, describe, expect, it } from '@jest/globals';
import { System } from './system.ts';

describe('a marketing text during quiet hours', () => {
  const system = new System();
  afterAll(() => system.close());

  const text = { to: '+12025550123', category: 'marketing', timeZone: 'America/Toronto', body: 'News' };
  const why = expect.stringMatching(/^Quiet hours until \S+, by rule nearly-always: nothing from 00:01 to 00:00 in/);

  it('waits, says until when and by which rule, and can be cancelled; an urgent one goes', async () => {
    const messageId = await system.requestSms(text);
    const { timeline } = await system.reaches('sms', messageId, 'scheduled');
    expect(timeline.at(-1)).toMatchObject({ reason: why, nextAt: expect.stringMatching(/:00:00\.000Z$/) });
    expect(await system.operate('POST', 'explain?channel=sms', { messageId: 'explained', ...text })).toMatchObject({
      would: 'wait',
      why,
    });
    const urgent = { messageId: `${messageId}-urgent`, ...text };
    await system.produce('messaging.sms.requested.urgent', { value: urgent });
    await system.reaches('sms', urgent.messageId, 'delivered');
    await system.produce('messaging.cancel.requested', { value: { messageId, channel: 'sms' } });
    expect((await system.reaches('sms', messageId, 'cancelled')).final).toBe(true);
  });
});
