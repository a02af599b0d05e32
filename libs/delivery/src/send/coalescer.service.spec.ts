import { type LookupResult, Provider, type ProviderCall, type ProviderCheck, type SendResult } from '#libs/providers';
import { Coalescer } from './coalescer.service.ts';
import { describe, expect, it } from '@jest/globals';

/** A provider that accepts everything and records which messages arrived alone and which in one call. */
class CountingProvider extends Provider<string> {
  readonly name = 'counting';
  readonly alone: string[] = [];
  readonly together: string[][] = [];

  send({ reference, mayStillSend }: ProviderCall<string>): Promise<SendResult> {
    if (mayStillSend()) this.alone.push(reference.messageId);
    return Promise.resolve({ sent: true, providerMessageId: `alone-${reference.messageId}` });
  }

  override batchKey = (message: string) => (message === 'unique' ? undefined : message);

  override sendBatch(calls: readonly ProviderCall<string>[]): Promise<SendResult[]> {
    this.together.push(calls.map(({ reference }) => reference.messageId));
    return Promise.resolve(
      calls.map(({ reference }) => ({ sent: true, providerMessageId: `of-${reference.messageId}` })),
    );
  }

  lookup = (): Promise<LookupResult> => Promise.resolve({ found: 'unsupported' });
  check = (): Promise<ProviderCheck> => Promise.resolve({ state: 'ok' });
}

const aCall = (
  messageId: string,
  more: { message?: string; lane?: 'bulk' | 'urgent'; tenant?: string; mayStillSend?: () => boolean } = {},
): ProviderCall<string> => ({
  message: more.message ?? 'newsletter',
  reference: {
    messageId,
    tenant: more.tenant ?? 'default',
    lane: more.lane ?? 'bulk',
    hop: 1,
    attempt: 1,
    callId: `call-${messageId}`,
  },
  mayStillSend: more.mayStillSend ?? (() => true),
});

/** As the pipeline sends. */
function sent(
  coalescer: Coalescer<string>,
  provider: CountingProvider,
  call: ProviderCall<string>,
): Promise<SendResult> {
  const shared = coalescer.keyOf(provider, call);
  return shared === undefined ? provider.send(call) : coalescer.send(provider, call, shared);
}

describe('bulk messages with the same content', () => {
  it('that arrive within the linger are sent in one call, and each gets its own result', async () => {
    const provider = new CountingProvider();
    const coalescer = new Coalescer<string>(10);
    const results = await Promise.all(['a', 'b', 'c'].map((id) => sent(coalescer, provider, aCall(id))));
    expect(provider.together).toEqual([['a', 'b', 'c']]);
    expect(results.map((result) => result.sent && result.providerMessageId)).toEqual(['of-a', 'of-b', 'of-c']);
  });

  it('are never sent together across tenants or contents, nor in an urgent or transactional lane', async () => {
    const provider = new CountingProvider();
    const coalescer = new Coalescer<string>(10);
    await Promise.all([
      sent(coalescer, provider, aCall('a')),
      sent(coalescer, provider, aCall('b', { tenant: 'other' })),
      sent(coalescer, provider, aCall('c', { message: 'another letter' })),
      sent(coalescer, provider, aCall('d', { lane: 'urgent' })),
      sent(coalescer, provider, aCall('e', { message: 'unique' })),
    ]);
    expect(provider.together).toHaveLength(3);
    expect(provider.together).toEqual(expect.arrayContaining([['a'], ['b'], ['c']]));
    expect(provider.alone).toEqual(['d', 'e']);
  });

  it('are sent as soon as a call is full', async () => {
    const provider = new CountingProvider();
    const coalescer = new Coalescer<string>(60_000);
    await Promise.all(Array.from({ length: 2_000 }, (_, index) => sent(coalescer, provider, aCall(String(index)))));
    expect(provider.together.map((group) => group.length)).toEqual([1_000, 1_000]);
  });

  it('are sent in calls as large as the provider accepts, and no larger', async () => {
    const provider = Object.assign(new CountingProvider(), { batchLimit: 100 });
    const coalescer = new Coalescer<string>(10);
    await Promise.all(Array.from({ length: 250 }, (_, index) => sent(coalescer, provider, aCall(String(index)))));
    expect(provider.together.map((group) => group.length)).toEqual([100, 100, 50]);
  });

  it('do not wait for one that is too late to be sent', async () => {
    const provider = new CountingProvider();
    const coalescer = new Coalescer<string>(10);
    await Promise.all([
      sent(coalescer, provider, aCall('a')),
      sent(coalescer, provider, aCall('late', { mayStillSend: () => false })),
    ]);
    expect(provider.together).toEqual([['a']]);
    expect(provider.alone).toEqual([]);
  });
});
