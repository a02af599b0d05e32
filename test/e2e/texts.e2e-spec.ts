import { eventually } from '#libs/testing';
import { afterAll, describe, expect, it } from '@jest/globals';
import { examineReadiness } from '../../apps/cli/src/doctor/readiness.ts';
import { System } from './system.ts';

describe('texts and the people who answer them', () => {
  const system = new System();
  afterAll(() => system.close());
  const whatsapp = { kind: 'whatsapp', from: '+14155238886' };

  it('a reply comes back on its topic; STOP suppresses the sender for this person and START lifts it', async () => {
    const [replies, suppressions] = [
      await system.follow('inbound.received'),
      await system.follow('suppression.changed'),
    ];
    const person = '+12025550181';
    expect(await system.reply({ from: person, to: '+15005550006', body: 'Stop' })).toEqual({ status: 200 });
    const reply = await eventually(() => replies.find(({ value }) => value.includes(person)));
    expect(JSON.parse(reply.value)).toMatchObject({
      kind: 'sms',
      from: person,
      to: '+15005550006',
      body: 'Stop',
      keyword: 'stop',
      provider: 'twilio',
    });
    const suppressed = await eventually(() => suppressions.find(({ value }) => value.includes('+1******0181')));
    expect(JSON.parse(suppressed.value)).toMatchObject({
      channel: 'sms',
      scope: 'sender:+15005550006',
      reason: 'stop',
    });
    expect(suppressed.value).not.toContain(person);

    const ends = (status: string) =>
      eventually(async () => system.reaches('sms', await system.requestSms({ to: person }), status, 4_000), {
        timeoutMs: 20_000,
      });
    const held = await ends('suppressed');
    expect(held.timeline.at(-1)).toMatchObject({
      failure: { code: 'MSG_SUPPRESSED_OPT_OUT', help: 'docs/errors/platform.md#msg_suppressed_opt_out' },
    });
    expect(await system.sandboxMessages({ reference: held.messageId })).toMatchObject({ total: 0 });
    // The same number with its trunk 1 behind the country's code.
    await system.reaches('sms', await system.requestSms({ to: person.replace('+1', '+11') }), 'suppressed');
    expect(await system.reply({ from: person, to: '+15005550006', body: 'START', as: 'json' })).toEqual({
      status: 200,
    });
    await ends('delivered');
    await eventually(() => suppressions.find(({ key, value }) => key === suppressed.key && value === ''));
  });

  it('goes from the next sender where one cannot send there, or is filtered by the carrier, and says so', async () => {
    const { messageId, timeline } = await system.reaches(
      'sms',
      await system.requestSms({ to: '+12025550161' }),
      'delivered',
    );
    const reported = timeline.map(({ status, hop, source, failure }) =>
      [hop, source, status, failure?.code].filter(Boolean).join(' '),
    );
    expect(reported).toEqual(
      expect.arrayContaining(['1 sms retrying 21606', '2 sms sent', '2 receipt retrying 30007', '3 sms sent']),
    );
    expect(timeline.findLast(({ source, status }) => source === 'sms' && status === 'sent')!.route).toMatchObject([
      { sender: '+1******0007', taken: false, why: expect.stringContaining('21606') },
      { sender: '+1******0036', taken: false, why: expect.stringContaining('30007') },
      { sender: '+1******0006', taken: true },
    ]);
    expect(await system.sandboxMessages({ reference: messageId })).toMatchObject({ total: 2 });
  });

  it('free-form WhatsApp text goes only to who has written within a day', async () => {
    const person = '+12025550182';
    const shut = await system.reaches('sms', await system.requestSms({ ...whatsapp, to: person }), 'failed');
    expect(shut.timeline.find(({ status }) => status === 'failed')!.failure).toMatchObject({
      code: 'MSG_OUTSIDE_WINDOW',
    });
    await system.reply({ from: person, to: '+14155238886', body: 'Hello?', channel: 'whatsapp' });
    await eventually(
      async () =>
        (await system.reaches('sms', await system.requestSms({ ...whatsapp, to: person }), 'delivered', 4_000)).final,
      { timeoutMs: 20_000 },
    );
  });

  it('WhatsApp text refused for its window is resent once as its template, or fails without one', async () => {
    // They have written to us, and Twilio does not know of it: the window is open here, as soon as that is read, and
    // shut there.
    const hasWritten = (person: string) =>
      system.callback(
        {
          MessageSid: `SM-${person}`,
          From: `whatsapp:${person}`,
          To: 'whatsapp:+14155238886',
          Body: 'Hello?',
          NumMedia: '0',
        },
        'inbound',
      );
    const refused = (request: object, end: string) =>
      eventually(
        async () => {
          const reported = await system.reaches(
            'sms',
            await system.requestSms({ ...whatsapp, ...request }),
            end,
            10_000,
          );
          return reported.timeline.some(({ failure }) => failure?.code === '63016') ? reported : undefined;
        },
        { timeoutMs: 30_000, what: 'a refusal for the window' },
      );

    const both = {
      to: '+12025550183',
      body: 'In our own words',
      contentTemplate: { name: await system.contentTemplate('As approved') },
    };
    expect(await hasWritten(both.to)).toBe(200);
    const sent = await refused(both, 'delivered');
    const hops = sent.timeline.map(({ status, hop, source, failure }) =>
      [hop, source, status, failure?.code].filter(Boolean).join(' '),
    );
    expect(hops).toEqual(
      expect.arrayContaining(['1 sms sent', '1 receipt retrying 63016', '2 sms sent', '2 receipt delivered']),
    );
    expect(sent.final).toBe(true);
    const { total, messages } = await system.sandboxMessages({ reference: sent.messageId });
    expect(total).toBe(2);
    expect(messages.filter((message) => JSON.stringify(message).includes(both.contentTemplate.name))).toHaveLength(1);

    expect(await hasWritten('+12025550184')).toBe(200);
    const failed = await refused({ to: '+12025550184' }, 'failed');
    expect(failed.final).toBe(true);
    expect(failed.timeline.find(({ status }) => status === 'failed')).toMatchObject({
      source: 'receipt',
      failure: { code: '63016', remedy: expect.stringContaining('contentTemplate beside the text') },
    });
    expect(await system.sandboxMessages({ reference: failed.messageId })).toMatchObject({ total: 1 });
  });

  it('to a number that takes no texts is rejected by its field; to a country not allowed it fails', async () => {
    const premium = await system.reaches('sms', await system.requestSms({ to: '+19005551234' }), 'rejected');
    expect(premium.timeline.at(-1)!.failure).toMatchObject({
      code: 'MSG_REJECTED',
      fields: [{ field: 'to', rule: expect.stringMatching(/^must take texts/) }],
    });
    const abroad = await system.reaches('sms', await system.requestSms({ to: '+33612345678' }), 'failed');
    expect(abroad.timeline.find(({ status }) => status === 'failed')!.failure).toMatchObject({
      code: 'MSG_COUNTRY_NOT_ALLOWED',
      remedy: expect.stringContaining('SMS_ALLOWED_COUNTRIES'),
    });
    expect(await system.sandboxMessages({ reference: abroad.messageId })).toMatchObject({ total: 0 });
  });

  it('the timeline tells how many segments a text took', async () => {
    const timeline = await system.reaches('sms', await system.requestSms({ body: 'я'.repeat(71) }), 'delivered');
    expect(timeline.timeline.find(({ status }) => status === 'sent')).toMatchObject({
      segments: 2,
      encoding: 'UCS-2',
      description: expect.stringContaining('2 segments (UCS-2)'),
    });
  });

  it('a status that is new to us is kept, and answered as any other', async () => {
    const kept = await system.follow('unreadable');
    expect(await system.callback({ MessageSid: 'SM-e2e-teleported', MessageStatus: 'teleported' })).toBe(204);
    await eventually(() =>
      kept.find(
        ({ value, headers }) => value.includes('SM-e2e-teleported') && headers['x-error-code'] === 'MSG_OTHER_EVENT',
      ),
    );
  });

  it('wait where Twilio asks for a day of rest: it is probed within five minutes, and the doctor says so', async () => {
    await system.faults({ twilio: { status: 429, retryAfterSeconds: 86_400 } });
    const waiting = await system.requestSms({ to: '+12025550145' });
    try {
      const held = await eventually(
        async () => {
          const { items } = await system.operate<{ items: { provider: string; leftMs: number }[] }>(
            'GET',
            'holds?channel=sms',
          );
          return items.find(({ provider }) => provider === 'twilio');
        },
        { timeoutMs: 20_000, what: 'Twilio to be left alone' },
      );
      expect(held.leftMs).toBeLessThanOrEqual(300_000);
      const ready = await fetch(`${system.url('sms')}/health/ready`);
      expect(ready.status).toBe(200);
      expect(await ready.json()).toMatchObject({ status: 'degraded', checks: { holds: { status: 'degraded' } } });
      const findings = await examineReadiness({ SMS_URL: system.url('sms') });
      expect(JSON.stringify(findings)).toContain('twilio is left alone');
    } finally {
      await system.recover('sms');
    }
    await system.reaches('sms', waiting, 'delivered', 30_000);
  });
});
