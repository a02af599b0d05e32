import { topics } from '#libs/contracts';
import { eventually, KafkaTestClient } from '#libs/testing';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { StatusReport } from '../src/status/responses.ts';
import { InternalPort } from './internal-port.ts';
import { ReportingApi } from './reporting-api.ts';

const degraded = { handovers: { status: 'degraded', meaning: '3 messages are stuck', remedy: 'Look.' } };
const hold = { channel: 'email', provider: 'p', scope: 'all', code: 'http_429', leftMs: 5_000, state: 'held' };
const services = new InternalPort(({ path }) => {
  if (path === '/v1/readiness')
    return { replica: 'one', status: 'degraded', checks: { ...degraded, kafka: { status: 'ok' } } };
  if (path === '/v1/holds') return { holds: [hold, { ...hold, state: 'lifted' }] };
  return { scheduled: 7, parked: 2, latenessS: null };
});
/** A replica that is away. */
const gone = new InternalPort(() => undefined);
const api = new ReportingApi(() => services.settings({ SMS_INTERNAL_URL: `${gone.url},${services.url}` }), true);
const kafka = new KafkaTestClient();
const status = async () => (await api.ask<StatusReport>('/v1/status')).body;

beforeAll(async () => {
  await gone.open();
  await gone.close();
  await services.open();
  await api.start();
}, 60_000);
afterAll(async () => {
  await api.stop();
  await kafka.close();
  await services.close();
}, 30_000);

describe('the status', () => {
  it('shows each service, what it knows of itself, and one that is away, without failing', async () => {
    const { services: shown, holds, waiting, needsHands } = await status();
    expect(shown).toMatchObject([
      {
        service: 'email',
        replica: 'one',
        status: 'degraded',
        checks: [{ name: 'handovers', meaning: '3 messages are stuck' }],
      },
      { service: 'sms', replica: null, address: gone.url, status: 'away' },
      { service: 'sms', replica: 'one', address: services.url },
      { service: 'retry', replica: 'one' },
      { service: 'reporting', status: 'ok', checks: [] },
    ]);
    expect([holds, waiting, needsHands]).toEqual([
      // Of each channel, whichever replica answers.
      [1, 2].map(() => expect.objectContaining({ provider: 'p', code: 'http_429' })),
      { scheduled: 7, parked: 2, latenessS: null },
      true,
    ]);
  }, 30_000);

  it('counts what a group has not read, and what was quarantined', async () => {
    await kafka.produce(api.prefix + topics.emailRequested.name, { value: '{}' }, { value: '{}' });
    await kafka.produce(api.prefix + topics.unreadable.name, {
      value: 'x',
      headers: { 'x-origin-topic': 'a', 'x-error-code': 'MSG_UNREADABLE' },
    });
    await eventually(async () => {
      const { lag, quarantined, concerns } = await status();
      const email = lag.find(({ group }) => group === `${api.prefix}email`);
      expect(email).toMatchObject({ records: 2, topics: [{ topic: `${api.prefix}email.requested`, records: 2 }] });
      expect(quarantined).toEqual([{ code: 'MSG_UNREADABLE', origin: 'a', records: 1 }]);
      expect(concerns).toContainEqual({
        about: 'records',
        says: expect.stringContaining('1 record(s) were quarantined'),
      });
      return true;
    });
  }, 30_000);
});
