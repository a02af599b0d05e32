import { aStatus } from '#libs/testing';
import { describe, expect, it } from '@jest/globals';
import { acceptedBy } from './evidence.policy.ts';

describe('A fact about a message', () => {
  it.each(['receipt', 'lookup'] as const)('proves that a provider took it when it is a %s', (source) => {
    const fact = aStatus({ source, status: 'delivered', messageId: 'm-1' });
    expect(acceptedBy(fact)).toEqual({ tenant: 'default', channel: 'email', messageId: 'm-1', hop: 1 });
  });

  it('proves nothing when it is a decision of a service', () => {
    expect(acceptedBy(aStatus({ source: 'email', status: 'failed' }))).toBeUndefined();
    expect(acceptedBy(aStatus({ source: 'retry', status: 'retrying' }))).toBeUndefined();
  });

  it('proves nothing when the provider gives back what it had taken', () => {
    expect(acceptedBy(aStatus({ source: 'receipt', status: 'retrying' }))).toBeUndefined();
  });

  it('proves nothing when it does not say which message and hop it is about', () => {
    expect(acceptedBy(aStatus({ source: 'receipt', hop: undefined }))).toBeUndefined();
    expect(acceptedBy({ ...aStatus({ source: 'receipt' }), messageId: undefined })).toBeUndefined();
  });
});
