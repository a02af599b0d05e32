import { eventually } from '#libs/testing';
import { afterAll, describe, expect, it } from '@jest/globals';
import { System } from './system.ts';

describe('texts and the people who answer them', () => {
  const system = new System();
  afterAll(() => system.close());
  const whatsapp = { kind: 'whatsapp', from: '+14155238886' };

  it('a reply comes back on its topic; STOP suppresses the sender for this person and START lifts it', async () => {
    const [replies, suppressions] = [await system.follow('inbound.received'), await system.follow('suppression.changed')];
    const person = '+12025550181';
    expect(await system.reply({ from: person, to: '+15005550006', body: 'Stop' })).toEqual({ status: 200 });
    const reply = await eventually(() => replies.find(({ value }) => value.includes(person)));
    expect(JSON.parse(reply.value)).toMatchObject({ kind: 'sms', from: person, to: '+15005550006', body: 'Stop', keyword: 'stop', provider: 'twilio' });
    const suppressed = await eventually(() => suppressions.find(({ value }) => value.includes('+1******0181')));
    expect(JSON.parse(suppressed.value)).toMatchObject({ channel: 'sms', scope: 'sender:+15005550006', reason: 'stop' });
    expect(suppressed.value).not.toContain(person);

    const ends = (status: string) => eventually(async () => system.reaches('sms', await system.requestSms({ to: person }), status, 4_000), { timeoutMs: 20_000 });
    const held = await ends('suppressed');
    expect(held.timeline.at(-1)).toMatchObject({ failure: { code: 'MSG_SUPPRESSED_OPT_OUT', help: 'docs/errors/msg-suppressed-opt-out.md' } });
    expect(await system.sandboxMessages({ reference: held.messageId })).toMatchObject({ total: 0 });
    expect(await system.reply({ from: person, to: '+15005550006', body: 'START', as: 'json' })).toEqual({ status: 200 });
    await ends('delivered');
    await eventually(() => suppressions.find(({ key, value }) => key === suppressed.key && value === ''));
  });

  it('free-form WhatsApp text goes only to who has written within a day', async () => {
    const person = '+12025550182';
    const shut = await system.reaches('sms', await system.requestSms({ ...whatsapp, to: person }), 'failed');
    expect(shut.timeline.find(({ status }) => status === 'failed')!.failure).toMatchObject({ code: 'MSG_OUTSIDE_WINDOW' });
    await system.reply({ from: person, to: '+14155238886', body: 'Hello?', channel: 'whatsapp' });
    await eventually(async () => (await system.reaches('sms', await system.requestSms({ ...whatsapp, to: person }), 'delivered', 4_000)).final, { timeoutMs: 20_000 });
  });

  it('a number that takes no texts is rejected by its field, a country that is not allowed fails in plain words', async () => {
    const premium = await system.reaches('sms', await system.requestSms({ to: '+19005551234' }), 'rejected');
    expect(premium.timeline.at(-1)!.failure).toMatchObject({ code: 'MSG_REJECTED', fields: [{ field: 'to', rule: expect.stringMatching(/^must take texts/) }] });
    const abroad = await system.reaches('sms', await system.requestSms({ to: '+33612345678' }), 'failed');
    expect(abroad.timeline.find(({ status }) => status === 'failed')!.failure).toMatchObject({ code: 'MSG_COUNTRY_NOT_ALLOWED', action: expect.stringContaining('SMS_ALLOWED_COUNTRIES') });
    expect(await system.sandboxMessages({ reference: abroad.messageId })).toMatchObject({ total: 0 });
  });

  it('the timeline tells how many segments a text took', async () => {
    const timeline = await system.reaches('sms', await system.requestSms({ body: 'я'.repeat(71) }), 'delivered');
    expect(timeline.timeline.find(({ status }) => status === 'sent')).toMatchObject({ segments: 2, encoding: 'UCS-2', description: expect.stringContaining('2 segments (UCS-2)') });
  });

  it('a status that is new to us is kept, and answered as any other', async () => {
    const kept = await system.follow('unreadable');
    expect(await system.callback({ MessageSid: 'SM-e2e-teleported', MessageStatus: 'teleported' })).toBe(204);
    await eventually(() => kept.find(({ value, headers }) => value.includes('SM-e2e-teleported') && headers['x-error-code'] === 'MSG_OTHER_EVENT'));
  });
});
