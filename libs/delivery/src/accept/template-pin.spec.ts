import { type FieldError, type SendDue, UnreadableRecord } from '#libs/contracts';
import type { Provider } from '#libs/providers';
import { admit } from './admit.policy.ts';
import { eventsFor } from '../publish/events.policy.ts';
import { ChannelPort, type Rendered, type RequestEnvelope } from '../channel.port.ts';
import { firstHop, laterHop, type Origin } from './decode.ts';
import type { Delivery, Outcome } from '../delivery.ts';
import { describe, expect, it } from '@jest/globals';
import { z } from 'zod';

interface Request extends RequestEnvelope {
  name: string;
}

/** A channel with one template in these versions. */
class TemplateChannel extends ChannelPort<Request, string> {
  readonly channel = 'email';
  readonly schema = z.looseObject({ messageId: z.string(), tenant: z.string(), name: z.string() });
  readonly providers: readonly Provider<string>[] = [];
  versions: string[];

  constructor(...versions: string[]) {
    super();
    this.versions = versions;
  }

  override render(name: string, pinned: string | undefined): Rendered<string> {
    const version = pinned ?? this.versions.at(-1)!;
    const fault = (field: string, rule: string): FieldError[] => [{ field, rule }];
    if (name === '') return { message: name, faults: fault('template.variables.name', 'is missing') };
    if (!this.versions.includes(version))
      return { message: name, faults: fault('template.version', 'does not exist'), canRecover: true };
    return { message: `${name} by ${version}`, templateVersion: version };
  }

  toMessage = ({ name }: Request): string => name;
  addressesOf = (): string[] => ['ada@inbox.test'];
  senderOf = (): undefined => undefined;
}

const origin: Origin = {
  source: 'messaging.email.requested/0/1',
  lane: 'transactional',
  timestamp: Date.parse('2030-01-31T09:00:00Z'),
  key: null,
};
const request = { messageId: 'm-1', tenant: 'default', name: 'Ada' };
const hashKey = 'a key for the tests';
const at = '2030-01-31T09:00:01.000Z';
const waiting: Outcome = { kind: 'waiting', at, until: '2030-01-31T09:10:00.000Z', reason: 'Its time has not come.' };
const now = Date.parse(at);

const first = (channel: TemplateChannel, json = request) => firstHop(channel, json, json, origin, { hashKey });

/** The record that retry publishes for a hand-over. */
function nextOf(channel: TemplateChannel, delivery: Delivery<string>, outcome: Outcome): Delivery<string> {
  const { why: _, ...handover } = eventsFor(delivery, outcome).deferred!;
  const due: SendDue = { ...handover, hop: handover.hop + 1, mode: 'send', why: 'Its time has come.' };
  return laterHop(channel, JSON.parse(JSON.stringify(due)) as SendDue, origin, { hashKey });
}

describe('a message from a template', () => {
  it('keeps the version of its first hop in all later ones, though there is a newer one', () => {
    const channel = new TemplateChannel('1');
    const one = first(channel);
    channel.versions.push('2');
    const two = nextOf(channel, one, waiting);
    const three = nextOf(channel, two, waiting);
    expect([one, two, three].map(({ message }) => message)).toEqual(['Ada by 1', 'Ada by 1', 'Ada by 1']);
    expect(first(channel).message).toBe('Ada by 2');
  });

  it('is quarantined with the field errors when its variables do not fit', () => {
    const refused = () => first(new TemplateChannel('1'), { ...request, name: '' });
    expect(refused).toThrow(UnreadableRecord);
    expect(refused).toThrow(
      expect.objectContaining({ fields: [{ field: 'template.variables.name', rule: 'is missing' }] }),
    );
  });

  it('waits for an operator when its version is removed, is not sent meanwhile, and continues once it is back', () => {
    const channel = new TemplateChannel('1');
    const one = first(channel);
    channel.versions = ['2'];
    const two = nextOf(channel, one, waiting);
    const outcome = admit(two, now)!;
    expect(outcome).toMatchObject({
      kind: 'failed',
      failure: {
        code: 'MSG_TEMPLATE_NOT_FOUND',
        kind: 'account',
        retry: 'operator',
        fields: [{ field: 'template.version' }],
      },
    });
    expect(eventsFor(two, outcome)).toMatchObject({
      facts: [{ status: 'retrying', final: false }],
      deferred: { templateVersion: '1' },
    });
    channel.versions = ['1', '2'];
    const three = nextOf(channel, two, outcome);
    expect([three.message, admit(three, now)]).toEqual(['Ada by 1', undefined]);
  });
});
