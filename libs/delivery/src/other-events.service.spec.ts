import { InfrastructureDown } from '#libs/contracts';
import { createLogger } from '#libs/telemetry';
import { describe, expect, it } from '@jest/globals';
import { type OtherEvent, OtherEvents } from './other-events.service.ts';

const anEvent = (type: string, id = 'evt-1'): OtherEvent => ({ provider: 'resend', type, id, body: Buffer.from('{"a":1}') });

function kept() {
  const records: { topic: { name: string }; key: unknown; value: unknown; headers?: Record<string, string> }[] = [];
  const lines: unknown[] = [];
  const logger = Object.assign(createLogger('test', 'silent'), { info: (fields: unknown) => lines.push(fields) });
  const events = new OtherEvents({ publish: (record) => Promise.resolve(void records.push(record)) }, logger);
  return { events, records, lines };
}

describe('a webhook about no message of ours', () => {
  it('is kept for operators, bytes as they came', async () => {
    const { events, records } = kept();
    await events.keep(anEvent('contact.created'));
    expect(records).toMatchObject([{ topic: { name: 'unreadable' }, key: 'resend/evt-1', value: Buffer.from('{"a":1}'), headers: { 'x-origin': 'webhook/resend', 'x-event-type': 'contact.created' } }]);
  });

  it('is logged once for its kind, however many come', async () => {
    const { events, records, lines } = kept();
    for (const type of ['contact.created', 'contact.created', 'domain.updated']) await events.keep(anEvent(type));
    expect(records).toHaveLength(3);
    expect(lines).toEqual([{ provider: 'resend', type: 'contact.created' }, { provider: 'resend', type: 'domain.updated' }]);
  });

  it('is not taken while Kafka is down, so that the provider delivers it again', async () => {
    const events = new OtherEvents({ publish: () => Promise.reject(new InfrastructureDown('kafka', 'publish')) }, createLogger('test', 'silent'));
    await expect(events.keep(anEvent('contact.created'))).rejects.toThrow(InfrastructureDown);
  });
});
