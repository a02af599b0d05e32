import type { VerifiedSenders } from '#libs/providers';
import { beforeEach, describe, expect, it } from '@jest/globals';
import { VerifiedSendersService } from './verified-senders.service.ts';

describe('the verified senders of the providers', () => {
  let said: VerifiedSenders | undefined;
  let reported: object[];
  let service: VerifiedSendersService;

  beforeEach(() => {
    reported = [];
    said = { domains: ['shop.example'] };
    service = new VerifiedSendersService({
      providers: [
        { name: 'sendgrid', verifiedSenders: () => Promise.resolve(said) },
        { name: 'resend', verifiedSenders: () => Promise.resolve(undefined) },
      ],
      everyMs: 300_000,
      logger: { info: (fields: object) => void reported.push(fields) } as never,
    });
  });

  const known = () => ['sendgrid', 'resend'].map((provider) => service.isVerified(provider, 'news@shop.example'));

  it('are not known before a provider was asked, nor where it does not say', async () => {
    expect(known()).toEqual([undefined, undefined]);
    await service.refresh();
    expect(known()).toEqual([true, undefined]);
    expect(service.isVerified('sendgrid', undefined)).toBeUndefined();
  });

  it('change with what the provider says, and are forgotten where it says nothing any more', async () => {
    await service.refresh();
    await service.refresh();
    expect(reported).toEqual([{ 'mi.provider': 'sendgrid', domains: 1 }]);
    said = { domains: [] };
    await service.refresh();
    expect(known()[0]).toBe(false);
    said = undefined;
    await service.refresh();
    expect(known()[0]).toBeUndefined();
    expect(reported).toHaveLength(3);
  });
});
