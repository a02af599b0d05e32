import { describe, expect, it } from '@jest/globals';
import { UnknownEventsService } from './unknown-events.service.ts';

describe('a webhook event that no table knows', () => {
  it('is kept as it came each time, and logged once for each kind without its content', async () => {
    const [kept, lines] = [[] as { value: unknown; headers?: Record<string, string> | undefined }[], [] as object[]];
    const events = new UnknownEventsService({ publish: (outgoing) => Promise.resolve(void kept.push(outgoing)) }, { warn: (line: object) => void lines.push(line) } as never, 'sms');
    const body = Buffer.from('MessageStatus=teleported&To=%2B12025550123');
    for (const event of ['teleported', 'teleported', 'to +12025550123']) await events.keep({ provider: 'twilio', event, body, key: 'SM1' });
    expect(kept).toHaveLength(3);
    expect(kept[0]).toMatchObject({ value: body, key: 'SM1', headers: { 'x-error-code': 'MSG_UNKNOWN_EVENT', 'x-origin-webhook': 'twilio' } });
    expect(lines).toEqual([{ provider: 'twilio', event: 'teleported' }, { provider: 'twilio', event: '(unreadable)' }]);
    expect(JSON.stringify([lines, kept.map(({ headers }) => headers)])).not.toContain('2025550123');
  });
});
