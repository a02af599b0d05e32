import { isOtherFact, type StatusChanged } from '#libs/contracts';
import { aStatus } from '#libs/testing';
import type { Outgoing, Publisher } from '#libs/transport';
import { beforeEach, describe, expect, it } from '@jest/globals';
import { KafkaAnnouncer } from './announcer.adapter.ts';

describe('A fact that retry tells', () => {
  let published: Outgoing[];
  beforeEach(() => void (published = []));
  const tell = async (fact: StatusChanged) => {
    await new KafkaAnnouncer({ publish: async (record: Outgoing) => void published.push(record) } as unknown as Publisher).facts([fact]);
    return published[0]!;
  };

  it.each(['email', 'sms'] as const)('bears in its headers that it is retry’s and of the %s channel, as the channels’ own facts do', async (channel) => {
    const { headers, key } = await tell(aStatus({ source: 'retry', channel, messageId: 'm-1', status: 'expired', final: true }));
    expect(headers).toEqual({ ce_factchannel: channel, ce_factsource: 'retry', ce_factstatus: 'expired', ce_facthop: '1' });
    expect(key).toBe('m-1');
  });

  it.each([
    ['the e-mail channel', { channel: 'email', sources: ['receipt'] }],
    ['the sms channel', { channel: 'sms', sources: ['receipt'] }],
    ['retry itself', { sources: ['receipt', 'lookup'] }],
  ] as const)('is passed over unread by %s, which waits for the provider’s word', async (_, wanted) => {
    const { headers = {} } = await tell(aStatus({ source: 'retry', status: 'expired', final: true }));
    expect(isOtherFact(headers, wanted)).toBe(true);
  });
});
