import type { ProviderCheck } from '#libs/providers';
import { Health, HealthController } from './health.ts';
import { describe, expect, it } from '@jest/globals';

const refused: ProviderCheck = { state: 'refused', meaning: 'The key is refused.', remedy: 'Set another.' };

describe('the readiness of a service', () => {
  const aHealth = (provider: () => Promise<ProviderCheck>) => {
    const health = new Health();
    health.addVital('postgres', () => Promise.resolve({ status: 'ok' }));
    health.addProvider('sendgrid', provider);
    return health;
  };

  it('is degraded, not down, by a provider that refuses the key', async () => {
    const health = aHealth(() => Promise.resolve(refused));
    expect(await health.report()).toEqual({
      status: 'degraded',
      checks: {
        postgres: { status: 'ok' },
        'provider:sendgrid': { status: 'refused', meaning: 'The key is refused.', remedy: 'Set another.' },
      },
    });
  });

  it('is degraded by a provider whose check throws, and shows nothing of the error', async () => {
    const health = aHealth(() => Promise.reject(new Error('a secret')));
    expect(await health.report()).toEqual({
      status: 'degraded',
      checks: { postgres: { status: 'ok' }, 'provider:sendgrid': { status: 'down' } },
    });
  });

  it('is down where something vital is down, whatever the state of the providers', async () => {
    const health = aHealth(() => Promise.resolve({ state: 'ok' }));
    health.addVital('kafka', () => Promise.resolve({ status: 'down' }));
    expect((await health.report()).status).toBe('down');
  });

  it('is degraded by a concern, which is named with its remedy, for as long as it lasts', async () => {
    const health = aHealth(() => Promise.resolve({ state: 'ok' }));
    const concern = { meaning: 'The consumer starts again and again.', remedy: 'Look at the brokers.' };
    let now: typeof concern | undefined = concern;
    health.addConcern('consumer-restarts', () => now);
    expect(await health.report()).toMatchObject({
      status: 'degraded',
      checks: { 'consumer-restarts': { status: 'degraded', ...concern } },
    });
    expect(new HealthController(health).live()).toEqual({ status: 'ok' });
    now = undefined;
    expect(await health.report()).toMatchObject({ status: 'ok', checks: { 'consumer-restarts': { status: 'ok' } } });
  });

  it('asks a provider once, however many probes arrive', async () => {
    let asked = 0;
    const health = aHealth(() => {
      asked += 1;
      return Promise.resolve(refused);
    });
    await Promise.all([health.report(), health.report(), health.concerns()]);
    await health.report();
    expect(asked).toBe(1);
  });
});
