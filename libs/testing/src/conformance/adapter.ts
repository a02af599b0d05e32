import { randomUUID } from 'node:crypto';
import { type Failure, recipientRef } from '#libs/contracts';
import type { LookupRequest, Provider, ProviderCall, SendResult, TakenMessage } from '#libs/providers';
import { eventually } from '../eventually.ts';
import { Overheard } from './overheard.ts';
import type { SandboxControl } from './sandbox-control.ts';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';

export type Adapter<M> = Provider<M> & { onApplicationShutdown(): Promise<void> };

/** What the suite needs to know about one provider. Faults are those of the sandbox's API. */
export interface AdapterDescription<M> {
  provider: string;
  /** @param wrong with credentials that the provider refuses */
  make: (at: { url: string; timeoutMs: number; wrong?: boolean }) => Adapter<M>;
  /** A message that the provider accepts. */
  message: (to: string, content: string) => M;
  /** A distinct recipient for each number. */
  recipient: (number: number) => string;
  /** The credentials, as requests contain them. */
  secrets: readonly string[];
  /** A fault that asks for a wait of seven seconds. */
  throttling: object;
  /**
   * How the provider refuses a message, and the expected failure. `to`: a recipient for which it refuses without a
   * fault.
   */
  refusals: readonly { why: string; fault?: object; to?: string; failure: Partial<Failure> }[];
  /** A message that can be sent with others in one call. Undefined: the provider accepts single messages only. */
  refusedMember?: ((message: M) => M) | undefined;
  /** How it is asked for receipts that did not come. Undefined: it cannot be asked. */
  receipts?: {
    /** Recipients, and the statuses that end a message to them: none while it is on its way. */
    ends: readonly { to?: string; statuses: readonly string[] }[];
    /** The id of a message that it has never had. */
    unknownId: string;
  };
}

const CONTENT = 'a word in confidence';
const LATE_MS = 400;

/** The tests that every adapter must pass, against the sandbox over HTTP. */
export function describeAdapter<M>(of: AdapterDescription<M>, sandboxOf: () => SandboxControl): void {
  describe(`the adapter of ${of.provider}`, () => {
    const heard = new Overheard();
    let sandbox: SandboxControl;
    let adapter: Adapter<M>;
    let used = 0;
    const others: Adapter<M>[] = [];

    beforeAll(() => {
      sandbox = sandboxOf();
      adapter = of.make({ url: sandbox.url, timeoutMs: 5_000 });
    });
    afterEach(() => sandbox.fault(of.provider, null));
    afterAll(() => Promise.all([adapter, ...others].map((one) => one.onApplicationShutdown())));

    const another = (at: Partial<Parameters<typeof of.make>[0]>) => {
      const made = of.make({ url: sandbox.url, timeoutMs: 5_000, ...at });
      others.push(made);
      return made;
    };
    const aCall = (to = of.recipient((used += 1)), mayStillSend = () => true): ProviderCall<M> => ({
      message: of.message(to, CONTENT),
      reference: {
        messageId: `m-${randomUUID()}`,
        tenant: 'default',
        lane: 'bulk',
        hop: 1,
        attempt: 1,
        callId: randomUUID(),
      },
      mayStillSend,
    });
    const send = (call: ProviderCall<M>, by = adapter): Promise<SendResult> => heard.note(by.send(call));
    const takenOf = ({ reference }: ProviderCall<M>) => sandbox.taken(reference.messageId);
    const lost = ({ message, reference }: ProviderCall<M>, result?: SendResult): LookupRequest<M> => {
      const replay = !result || result.sent ? undefined : result.replay;
      return {
        message,
        callId: reference.callId,
        since: Date.now() - 60_000,
        repeat: replay && { reference, replay, lostAt: Date.now(), mayStillSend: () => true },
      };
    };
    /** The ids that a look-up returns, accepted ones or candidates. */
    const found = async (request: LookupRequest<M>) => {
      const result = await heard.note(adapter.lookup(request));
      if (result.found === 'accepted') return [result.providerMessageId];
      return result.found === 'candidates'
        ? result.candidates.map(({ providerMessageId }) => providerMessageId)
        : result.found;
    };

    it('hands a message over with our reference, and tells the provider’s id of it', async () => {
      const call = aCall();
      const result = await send(call);
      expect(result).toMatchObject({ sent: true, providerMessageId: expect.stringMatching(/./) });
      expect(await takenOf(call)).toMatchObject([
        { callId: call.reference.callId, providerMessageId: result.sent && result.providerMessageId },
      ]);
    });

    if (of.refusedMember) {
      it('hands several over together, each with a reference and an outcome of its own', async () => {
        const calls = Array.from({ length: 5 }, () => aCall());
        expect(new Set(calls.map(({ message }) => adapter.batchKey(message))).size).toBe(1);
        expect(adapter.batchKey(calls[0]!.message)).toBeDefined();
        const results = await heard.note(adapter.sendBatch(calls));
        expect(results.map(({ sent }) => sent)).toEqual(calls.map(() => true));
        for (const call of calls) expect(await takenOf(call)).toMatchObject([{ callId: call.reference.callId }]);
      });

      it('lets a member that is refused fail alone, and hands each of the others over once', async () => {
        const calls = Array.from({ length: 5 }, () => aCall());
        const bad = calls[2]!;
        const results = await heard.note(
          adapter.sendBatch(
            calls.map((call) => (call === bad ? { ...call, message: of.refusedMember!(call.message) } : call)),
          ),
        );
        expect(results.map(({ sent }) => sent)).toEqual([true, true, false, true, true]);
        for (const call of calls) expect(await takenOf(call)).toHaveLength(call === bad ? 0 : 1);
      });
    }

    it('tells how long the provider asks to wait', async () => {
      await sandbox.fault(of.provider, of.throttling);
      expect(await send(aCall())).toMatchObject({
        sent: false,
        failure: { kind: 'throttled', provider: of.provider, retryAfterMs: 7_000 },
      });
    });

    it.each(of.refusals)('explains a refusal, in words of ours: $why', async ({ fault, to, failure }) => {
      if (fault) await sandbox.fault(of.provider, fault);
      const call = aCall(to);
      const result = await send(call);
      expect(result).toMatchObject({ sent: false, failure: { provider: of.provider, ...failure } });
      expect(result).toMatchObject({
        failure: {
          meaning: expect.stringMatching(/\w/),
          remedy: expect.stringMatching(/\w/),
          help: expect.stringMatching(/^docs\/errors\//),
        },
      });
      expect(await takenOf(call)).toEqual([]);
    });

    it.each([
      ['came too late', { latencyMs: LATE_MS * 3 }],
      ['never came', { acceptThenDrop: true }],
      ['was cut off', { cutAnswer: true }],
    ])('leaves it open whether a message was taken whose answer %s, and finds it when asked', async (_, fault) => {
      await sandbox.fault(of.provider, fault);
      const call = aCall();
      const result = await send(call, another({ timeoutMs: LATE_MS }));
      expect(result).toMatchObject({ sent: false, failure: { kind: 'unknown' } });
      await sandbox.fault(of.provider, null);
      const [taken] = await takenOf(call);
      expect(await found(lost(call, result))).toEqual([taken!.providerMessageId]);
      expect(await takenOf(call)).toHaveLength(1);
    });

    if (of.receipts) {
      const { ends, unknownId } = of.receipts;
      const key = 'the key of the hashes';
      const takenMessage = (providerMessageId: string, to: string, call = aCall(to)): TakenMessage => ({
        providerMessageId,
        reference: { ...call.reference, recipientHash: recipientRef(key, to).hash },
        recipients: [recipientRef(key, to)],
      });
      const asked = (message: TakenMessage, by = adapter) => heard.note(by.receiptLookup!.ask([message], key));

      it.each(ends)('says, asked for it, how a message ended whose receipt did not come: $statuses', async (end) => {
        await sandbox.fault(of.provider, { webhooks: 'drop' });
        const to = end.to ?? of.recipient((used += 1));
        const call = aCall(to);
        const result = await send(call);
        const message = takenMessage(result.sent ? result.providerMessageId : '', to, call);
        const receipts = async () => {
          const answers = await asked(message);
          const [answer] = answers.answered ? answers.of : [];
          return answer?.known ? answer.receipts : undefined;
        };
        const said = await eventually(
          async () => {
            const found = await receipts();
            return found?.length === end.statuses.length ? found : undefined;
          },
          { timeoutMs: 5_000, everyMs: 50, what: 'the end of the message' },
        );
        expect(said.map(({ status }) => status)).toEqual(end.statuses);
        for (const receipt of said)
          expect(receipt).toMatchObject({
            source: 'lookup',
            provider: of.provider,
            providerMessageId: message.providerMessageId,
            reference: { messageId: call.reference.messageId, hop: 1 },
            recipient: { hash: message.recipients[0]!.hash },
          });
        expect(JSON.stringify(said)).not.toContain(to);
      });

      it('says of a message that it never had that it does not know it', async () => {
        const to = of.recipient((used += 1));
        expect(await asked(takenMessage(unknownId, to))).toEqual({ answered: true, of: [{ known: false }] });
      });

      it('gives no answer about receipts where it refuses the credentials, or cannot be reached', async () => {
        const message = takenMessage(unknownId, of.recipient((used += 1)));
        expect(await asked(message, another({ wrong: true }))).toEqual({ answered: false, mayNotAsk: true });
        await sandbox.fault(of.provider, { on: 'all', status: 503 });
        expect(await asked(message)).toEqual({ answered: false, mayNotAsk: false });
        const unreachable = another({ url: 'http://127.0.0.1:1' });
        expect(await asked(message, unreachable)).toEqual({ answered: false, mayNotAsk: false });
      });
    }

    it('does not find what never came', async () => {
      expect(await found(lost(aCall()))).toBe('absent');
    });

    it('proves that nothing was sent where the provider cannot be reached, so that another may have it', async () => {
      // Nothing listens on port 1.
      const result = await send(aCall(), another({ url: 'http://127.0.0.1:1' }));
      expect(result).toMatchObject({ sent: false, failure: { kind: 'transient', retry: 'failover' } });
      expect(result).not.toHaveProperty('replay');
    });

    it('hands nothing over that may not start any more', async () => {
      const call = aCall(undefined, () => false);
      expect(await send(call)).toMatchObject({ sent: false, failure: { kind: 'transient', code: 'MSG_NOT_STARTED' } });
      expect(await takenOf(call)).toEqual([]);
    });

    it('tells good credentials from wrong ones, and both from a provider that is away', async () => {
      expect(await heard.note(adapter.check())).toMatchObject({ state: 'ok' });
      expect(await heard.note(another({ wrong: true }).check())).toMatchObject({ state: 'refused' });
      expect(await heard.note(another({ url: 'http://127.0.0.1:1' }).check())).toMatchObject({ state: 'unreachable' });
    });

    it('has revealed no address, content or credential in any of this', () => {
      const people = [
        ...Array.from({ length: used }, (_, index) => of.recipient(index + 1)),
        ...of.refusals.flatMap(({ to }) => to ?? []),
      ];
      expect(used).toBeGreaterThanOrEqual(10);
      expect(heard.leaked([...people, ...of.secrets, CONTENT])).toEqual([]);
    });
  });
}
