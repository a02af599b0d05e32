import { type Attempt, type Failure, type SendDue, type UnconfirmedCall, UnreadableRecord } from '#libs/contracts';
import { ownFailure, type Provider } from '#libs/providers';
import { aFailure } from '#libs/testing';
import { describe, expect, it } from '@jest/globals';
import { z } from 'zod';
import { ChannelPort, type Fingerprint, type RequestEnvelope } from '../channel.port.ts';
import type { Delivery, Outcome } from '../delivery.ts';
import { eventsFor } from '../publish/events.policy.ts';
import { findLostCall } from '../reconcile/find-lost-call.ts';
import { firstHop, laterHop, type Origin } from './decode.ts';
import { senderHash, type TroubleOf } from './sender.policy.ts';

interface Text {
  from: string;
  isLast: boolean;
}

/** A channel whose texts go from any of these senders. */
class TextChannel extends ChannelPort<RequestEnvelope, Text> {
  readonly channel = 'sms';
  readonly schema = z.looseObject({ messageId: z.string(), tenant: z.string() });
  readonly providers: readonly Provider<Text>[] = [];
  private readonly senders: readonly string[];

  constructor(...senders: string[]) {
    super();
    this.senders = senders;
  }

  toMessage = (): Text => ({ from: this.senders[0]!, isLast: true });
  addressesOf = (): string[] => ['+12025550123'];
  senderOf = ({ from }: Text): string => from;
  override sendersOf = (): readonly string[] => this.senders;
  override withSender = (_: Text, from: string, isLast: boolean): Text => ({ from, isLast });
  override fingerprintOf = ({ from }: Text): Fingerprint => ({ participants: [from], contentHash: ['Hello'] });
}

const hashKey = 'a key for the tests';
const origin: Origin = {
  source: 'messaging.sms.requested/0/1',
  lane: 'transactional',
  timestamp: Date.parse('2030-01-31T09:00:00Z'),
  key: null,
};
const at = '2030-01-31T09:00:01.000Z';
const [own, service, name] = ['+12025550100', 'MG-service', 'Shop'];
const request = { messageId: 'm-1', tenant: 'default' };

const first = (channel: TextChannel, troubleOf?: TroubleOf<Text>) =>
  firstHop(channel, request, request, origin, { hashKey, ...(troubleOf && { troubleOf }) });

/** A hop later, after these attempts. */
function later(
  channel: TextChannel,
  attempts: Attempt[],
  more: Partial<SendDue> = {},
  troubleOf?: TroubleOf<Text>,
): Delivery<Text> {
  const { why: _, ...handover } = eventsFor(first(channel), waiting).deferred!;
  const due: SendDue = { ...handover, attempts, hop: attempts.length + 1, mode: 'send', why: 'Again.', ...more };
  return laterHop(channel, due, origin, { hashKey, ...(troubleOf && { troubleOf }) });
}

const waiting: Outcome = { kind: 'waiting', at, until: at, reason: 'Its time has not come.' };
const heldFrom =
  (...held: string[]): TroubleOf<Text> =>
  ({ from }) =>
    held.includes(from)
      ? { provider: 'twilio', taken: false, why: 'held after 21611: Too many.', until: at }
      : undefined;

const refusal = (more: Partial<Failure> = {}) =>
  aFailure({ code: '21606', provider: 'twilio', meaning: 'It cannot send there.', bySender: true, ...more });
const failedFrom = (sender: string, hop: number, failure = refusal()): Attempt => ({
  attempt: hop,
  hop,
  at,
  provider: 'twilio',
  sender: senderHash(hashKey, sender),
  failure,
});
const senderOf = ({ message: { from } }: Delivery<Text>) => from;

describe('a message that may go from several senders', () => {
  const channel = new TextChannel(own, service, name);

  it('goes from the first one, and there is nothing to report', () => {
    const delivery = first(channel, heldFrom());
    expect(delivery.message).toEqual({ from: own, isLast: false });
    expect(delivery.sender).toMatchObject({ passedOver: [], untried: [service, name] });
  });

  it('goes from the next one while the first is held, and the timeline says why, without its number', () => {
    const delivery = first(channel, heldFrom(own));
    expect(senderOf(delivery)).toBe(service);
    expect(delivery.sender!.passedOver).toEqual([
      { provider: 'twilio', sender: '+1******0100', taken: false, why: 'held after 21611: Too many.', until: at },
    ]);
  });

  it('waits for the first one where all are held', () => {
    expect(senderOf(first(channel, heldFrom(own, service, name)))).toBe(own);
  });

  it('goes from the next one after a failure that lies with its sender, and from none twice while one is left', () => {
    const hops = [
      later(channel, [failedFrom(own, 1)]),
      later(channel, [failedFrom(own, 1), failedFrom(service, 2)]),
      later(channel, [failedFrom(own, 1), failedFrom(service, 2), failedFrom(name, 3)]),
    ];
    expect(hops.map(senderOf)).toEqual([service, name, own]);
    expect(hops[0]!.sender!.passedOver).toEqual([
      {
        provider: 'twilio',
        sender: '+1******0100',
        taken: false,
        why: 'it has failed this message with 21606: It cannot send there.',
      },
    ]);
    expect(hops.map(({ message }) => message.isLast)).toEqual([false, true, true]);
  });

  it('stays with its sender after a failure that does not lie with it', () => {
    expect(senderOf(later(channel, [failedFrom(own, 1, refusal({ bySender: undefined }))]))).toBe(own);
  });

  it('prefers one that has failed it to one that is held', () => {
    expect(senderOf(later(channel, [failedFrom(own, 1)], {}, heldFrom(service, name)))).toBe(own);
  });

  it('keeps in its history by which of them it was tried, without its number', () => {
    const delivery = first(channel);
    const { sender } = delivery;
    const outcome: Outcome = {
      kind: 'failed',
      at,
      provider: 'twilio',
      attempt: 1,
      failure: refusal(),
      sender: sender!.hash,
    };
    const { deferred } = eventsFor(delivery, outcome);
    expect(deferred!.attempts).toMatchObject([{ sender: senderHash(hashKey, own) }]);
    expect(JSON.stringify(deferred)).not.toContain(own);
  });

  it('has no choice where its request names the sender', () => {
    expect(first(new TextChannel(own)).sender).toBeUndefined();
  });

  it('is quarantined as before where its times make no sense', () => {
    const tooLate = { ...request, sendAt: '9999-01-01T00:00:00Z' };
    expect(() => firstHop(channel, tooLate, tooLate, origin, { hashKey })).toThrow(UnreadableRecord);
  });
});

describe('the look-up of a call whose answer was lost', () => {
  const channel = new TextChannel(own, service);
  const call: UnconfirmedCall = { hop: 1, callId: 'c-1', at, provider: 'twilio' };
  const lookUp = (more: Partial<UnconfirmedCall>) =>
    later(channel, [], { mode: 'reconcile', unconfirmedCall: { ...call, ...more } }, heldFrom(own));

  it('is for the sender of the call, whichever would be taken now', () => {
    expect(senderOf(lookUp({ sender: senderHash(hashKey, service) }))).toBe(service);
    expect(senderOf(lookUp({ sender: senderHash(hashKey, own) }))).toBe(own);
  });

  it('asks for each of its senders where the call’s is not known, and the ledger says which it was', async () => {
    const delivery = lookUp({});
    const [, ofService] = delivery.possibleCalls!;
    const asked: string[] = [];
    const provider = {
      lookup: ({ message }: { message: Text }) => {
        asked.push(message.from);
        return Promise.resolve({
          found: 'candidates' as const,
          candidates: [{ providerMessageId: `SM-${message.from}`, takenAt: Date.parse(at) }],
        });
      },
    };
    const siblingCalls = (_: number, participants?: string) =>
      Promise.resolve(
        participants === ofService!.participants
          ? [{ own: true, alike: true, claimedAt: Date.parse(at), providerMessageId: undefined }]
          : [],
      );
    const found = await findLostCall({
      provider: provider as unknown as Provider<Text>,
      delivery,
      unconfirmedCall: call,
      repeat: undefined,
      leaseMs: 10_000,
      siblingCalls,
    });
    expect(asked).toEqual([own, service]);
    expect(found).toEqual({ found: 'accepted', providerMessageId: `SM-${service}` });
  });

  it('of a process that died does not take a sender that was chosen afresh for the call’s', () => {
    const abandoned: Outcome = {
      kind: 'unknown',
      at,
      callId: 'c-1',
      attempt: 1,
      failure: ownFailure('MSG_ABANDONED', 'unknown', 'backoff', 'It died.'),
    };
    expect(eventsFor(first(channel), abandoned).deferred!.unconfirmedCall).not.toHaveProperty('sender');
  });
});
