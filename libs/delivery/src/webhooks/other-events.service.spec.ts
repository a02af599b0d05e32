import { InfrastructureDown, RecordRefused } from '#libs/contracts';
import { createLogger } from '#libs/telemetry';
import { allPublished } from '#libs/transport';
import { type OtherEvent, OtherEvents } from './other-events.service.ts';
import { describe, expect, it } from '@jest/globals';

const anEvent = (parts: Partial<OtherEvent> = {}): OtherEvent => ({
  provider: 'resend',
  type: 'contact.created',
  id: 'evt-1',
  body: Buffer.from('{"a":1}'),
  ...parts,
});

function kept() {
  const records: { topic: { name: string }; key: unknown; value: unknown; headers?: Record<string, string> }[] = [];
  const lines: unknown[] = [];
  const note = (fields: unknown) => lines.push(fields);
  const logger = Object.assign(createLogger('test', 'silent'), { info: note, warn: note, error: note });
  const events = new OtherEvents({ publish: (record) => Promise.resolve(void records.push(record)) }, logger);
  return { events, records, lines };
}

describe('a webhook about no message of ours', () => {
  it('is kept for operators, bytes unchanged', async () => {
    const { events, records } = kept();
    await events.keep(anEvent());
    expect(records).toMatchObject([
      {
        topic: { name: 'unreadable' },
        key: 'resend/evt-1',
        value: Buffer.from('{"a":1}'),
        headers: { 'x-origin': 'webhook/resend', 'x-event-type': 'contact.created', 'x-error-code': 'MSG_OTHER_EVENT' },
      },
    ]);
  });

  it('is logged once for its type, however many arrive', async () => {
    const { events, records, lines } = kept();
    for (const type of ['contact.created', 'contact.created', 'domain.updated']) await events.keep(anEvent({ type }));
    expect(records).toHaveLength(3);
    expect(lines).toEqual([
      { provider: 'resend', type: 'contact.created' },
      { provider: 'resend', type: 'domain.updated' },
    ]);
  });

  it('is refused while Kafka is down, so that the provider repeats it', async () => {
    const events = new OtherEvents(
      { publish: () => Promise.reject(new InfrastructureDown('kafka', 'publish')) },
      createLogger('test', 'silent'),
    );
    await expect(events.keep(anEvent())).rejects.toThrow(InfrastructureDown);
  });
});

describe('a webhook event without a usable status', () => {
  it('is kept with what it lacks, also without type and id', async () => {
    const { events, records } = kept();
    await events.keep(anEvent({ type: undefined, id: undefined, lacks: 'a body of JSON' }));
    expect(records).toMatchObject([
      {
        key: 'resend/none',
        headers: {
          'x-event-type': 'no-type',
          'x-error-code': 'MSG_UNUSABLE_EVENT',
          'x-error': 'it lacks a body of JSON',
        },
      },
    ]);
  });

  it('is logged once for what it lacks, and once more for something else', async () => {
    const { events, lines } = kept();
    for (const lacks of ['type', 'type', 'data.email']) await events.keep(anEvent({ lacks }));
    expect(lines).toMatchObject([{ lacks: 'type' }, { lacks: 'data.email' }]);
  });

  it('fills no memory, however many shapes arrive: beyond five hundred they are kept without a log line', async () => {
    const { events, records, lines } = kept();
    for (let number = 0; number < 600; number += 1) await events.keep(anEvent({ type: `kind-${number}` }));
    expect([records.length, lines.length]).toEqual([600, 500]);
  });
});

describe('a webhook event whose record breaks our own contract', () => {
  const refusal = (field: string) => new RecordRefused('inbound.received', [{ field, rule: 'must be text' }]);
  const inHand = (publish: () => Promise<unknown>) => ({ event: () => anEvent({ type: 'inbound' }), publish });

  it('is kept as it came, with the record and the field in words, and logged once for its shape', async () => {
    const { events, records, lines } = kept();
    for (const field of ['body', 'body', 'from'])
      expect(await events.publishOrKeep(inHand(() => Promise.reject(refusal(field))))).toBe('kept');
    expect(records).toHaveLength(3);
    expect(records[0]).toMatchObject({
      topic: { name: 'unreadable' },
      key: 'resend/evt-1',
      value: Buffer.from('{"a":1}'),
      headers: {
        'x-event-type': 'inbound',
        'x-error-code': 'MSG_UNUSABLE_EVENT',
        'x-error': 'a record of ours for inbound.received breaks its schema: body must be text',
      },
    });
    expect(lines).toMatchObject([{ err: refusal('body') }, { err: refusal('from') }]);
  });

  it('is not kept where all of it could be published', async () => {
    const { events, records } = kept();
    expect(await events.publishOrKeep(inHand(() => Promise.resolve()))).toBe('published');
    expect(records).toEqual([]);
  });

  it('is refused where Kafka lost another of its records, so that the provider repeats it', async () => {
    const { events, records } = kept();
    const lost = new InfrastructureDown('kafka', 'publish');
    const publish = () => allPublished([Promise.reject(refusal('body')), Promise.reject(lost)]);
    await expect(events.publishOrKeep(inHand(publish))).rejects.toBe(lost);
    expect(records).toEqual([]);
  });
});

describe('a webhook event with invalid fields', () => {
  it('is logged once for each shape, by the names of its fields, and not at all without invalid ones', () => {
    const { events, lines } = kept();
    for (const fields of [['data.tags'], ['data.tags'], [], ['data.to', 'data.tags']])
      events.odd({ provider: 'resend', type: 'email.bounced', fields });
    expect(lines).toEqual([
      { provider: 'resend', type: 'email.bounced', fields: ['data.tags'] },
      { provider: 'resend', type: 'email.bounced', fields: ['data.to', 'data.tags'] },
    ]);
  });
});
