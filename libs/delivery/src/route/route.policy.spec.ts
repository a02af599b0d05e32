import { aFailure } from '#libs/testing';
import { rankProviders } from './route.policy.ts';
import { describe, expect, it } from '@jest/globals';

describe('the order in which providers are asked', () => {
  const providers = [{ name: 'sendgrid' }, { name: 'resend' }];
  const failedBy = (...names: string[]) =>
    names.map((provider, index) => ({
      attempt: index + 1,
      hop: index + 1,
      at: '2030-01-31T12:00:00Z',
      provider,
      failure: aFailure(),
    }));
  const ranked = (preferred?: string, ...failed: string[]) =>
    rankProviders(providers, preferred, failedBy(...failed)).map(({ provider, reason }) => [provider.name, reason]);

  it('is that of the settings, and what the request prefers goes first', () => {
    expect(ranked()).toEqual([
      ['sendgrid', 'first'],
      ['resend', 'next in the order'],
    ]);
    expect(ranked('resend').map(([name]) => name)).toEqual(['resend', 'sendgrid']);
  });

  it('puts those that have failed the message last, the preferred one too', () => {
    expect(ranked('sendgrid', 'sendgrid')).toEqual([
      ['resend', 'next after a failure'],
      ['sendgrid', 'failed longest ago'],
    ]);
  });

  it('lets them take turns once all have failed it: any of them may have recovered', () => {
    const taken: string[] = [];
    for (let attempt = 1; attempt <= 6; attempt += 1) taken.push(ranked('resend', ...taken)[0]![0]!);
    expect(taken).toEqual(['resend', 'sendgrid', 'resend', 'sendgrid', 'resend', 'sendgrid']);
  });
});
