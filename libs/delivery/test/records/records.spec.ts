import { join } from 'node:path';
import {
  channelRegistry,
  type EmailRequested,
  Lane,
  type SmsRequested,
  type StatusChanged,
  topics,
  UnreadableRecord,
} from '#libs/contracts';
import type { ChannelPort, RequestEnvelope } from '../../src/channel.port.ts';
import { EndingService } from '../../src/ending/ending.service.ts';
import { silentLogger } from '#libs/testing';
import { Templates } from '#libs/templates';
import { decode, type IncomingRecord } from '#libs/transport';
import { beforeAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { EmailChannel } from '../../../../apps/email/src/email-channel.ts';
import { mailboxOf } from '../../../../apps/email/src/email-message.ts';
import { standardPolicy } from '../../../../apps/retry/src/policy/standard-policy.ts';
import { SmsChannel } from '../../../../apps/sms/src/sms-channel.ts';
import { ends } from './outcomes.ts';
import { emails, noon, texts } from './requests.ts';
import { twilio } from '../../../../apps/sms/src/providers/twilio/index.ts';
import { contentTemplatesOf } from '../../../../apps/sms/src/providers/twilio/send/twilio.template.policy.ts';
import { type Going, recordOf, type Written, writtenOf } from './paths.ts';

const RUNS = 1_000;
const hashKey = 'a key for the tests';
const policy = standardPolicy;
const channels = {} as { email: ChannelPort<EmailRequested, never>; sms: ChannelPort<SmsRequested, never> };

beforeAll(async () => {
  const templates = await Templates.load(join(import.meta.dirname, '../../../../templates'), ['email', 'sms']);
  const provider = (name: string) => ({ name }) as never;
  const rules = {
    senders: [],
    standard: { text: ['+15005550006'], whatsapp: ['+15005550006'] },
    allowed: ['US', 'DE'],
    mmsRegions: ['US'],
    maxSegments: 10,
    smartEncoding: false,
    numberCheck: 'possible',
    media: [twilio.media],
    templates: [contentTemplatesOf({ 'order-shipped': `HX${'1'.repeat(32)}` })],
  } as const;
  channels.email = new EmailChannel({
    providers: [provider('sendgrid'), provider('resend')],
    sender: mailboxOf('Desk <desk@acme.test>'),
    templates,
  }) as never;
  channels.sms = new SmsChannel({
    providers: [provider('twilio')],
    rules,
    screening: { screen: (message) => Promise.resolve({ pass: true, message }) },
    templates,
    resendPlans: { keep: () => Promise.resolve() },
  }) as never;
}, 60_000);

/** As the publisher validates it, and as its readers parse it. */
function requireReadable({ topic, value }: Written): void {
  const checked = topic.schema!.safeParse(value);
  if (!checked.success)
    throw new Error(
      `the publisher refuses ${topic.name}: ${JSON.stringify(checked.error.issues)} in ${JSON.stringify(value)}`,
    );
  decode(recordOf(topic, value));
}

/** The events of a request that its channel rejects. */
async function rejections(
  channel: 'email' | 'sms',
  record: IncomingRecord,
  error: UnreadableRecord,
): Promise<StatusChanged[]> {
  const reported: StatusChanged[] = [];
  const ending = new EndingService({
    channel,
    schema: channels[channel].schema as never,
    recipientsOf: () => [],
    logger: silentLogger(),
    dispatcher: { breakOff: () => Promise.reject(new Error('a rejected request has no hop')) },
    outcomes: { publishFact: (fact) => Promise.resolve(void reported.push(fact)) },
  });
  await ending.onQuarantine(record, error);
  return reported;
}

describe('the records that follow from a request', () => {
  it.each([
    ['email', emails],
    ['sms', texts],
  ] as const)(
    'can be read by the next service, whatever an %s request contains and however each of its hops ends',
    async (name, requests) => {
      const counts = { taken: 0, rejected: 0, topics: new Set<string>() };
      const lanes = fc.constantFrom(...Lane.options);
      const keys = fc.option(fc.uint8Array({ maxLength: 8 }));
      await fc.assert(
        fc.asyncProperty(
          requests,
          lanes,
          keys,
          fc.array(ends, { minLength: 1, maxLength: 6 }),
          fc.boolean(),
          async (request, lane, key, hops, cancelled) => {
            const record = recordOf(channelRegistry[name].requested, request, {
              lane,
              timestamp: noon,
              key: key && Buffer.from(key),
            });
            const going: Going<RequestEnvelope, never> = {
              channel: channels[name] as never,
              hashKey,
              policy,
              ends: hops,
              cancelled,
            };
            let written: Written[];
            try {
              decode(record);
              written = writtenOf(going, record);
              counts.taken += 1;
            } catch (error) {
              if (!(error instanceof UnreadableRecord) || !isOfRequest(error)) throw error;
              written = (await rejections(name, record, error)).map((value) => ({
                topic: topics.statusChanged,
                value,
              }));
              expect(written).toHaveLength(1);
              counts.rejected += 1;
            }
            for (const each of written) {
              requireReadable(each);
              counts.topics.add(each.topic.name);
            }
          },
        ),
        { numRuns: RUNS, seed: 20261130 },
      );
      // Requests were accepted and rejected, and every topic that a request leads to was used.
      expect(Math.min(counts.taken, counts.rejected)).toBeGreaterThan(RUNS / 20);
      expect(counts.topics).toEqual(
        new Set(['dead-letters', `${name}.due`, 'send.deferred', 'status.changed', 'suppression.changed']),
      );
    },
    300_000,
  );
});

/** Not for a hand-over: those are ours, and must be readable. */
const isOfRequest = ({ message }: UnreadableRecord) => !/hand-over|send\.deferred|\.due/.test(message);
