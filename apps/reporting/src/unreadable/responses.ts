import { Instant } from '#libs/contracts';
import { z } from 'zod';

const offset = z.number().int().nullable();

export const UnreadableResponse = z.object({
  id: z.string(),
  at: Instant.describe('When it was quarantined.'),
  partition: z.number().int().describe('Where its bytes are in messaging.unreadable.'),
  offset: z.number().int(),
  origin: z.string().describe('The topic that it came from, or webhook/<provider>.'),
  originPartition: offset,
  originOffset: offset,
  originLastOffset: offset.describe('Of a whole batch that could not be decoded.'),
  originAt: Instant.nullable().describe('Its own time.'),
  keptBy: z.string().nullable().describe('The service that quarantined it.'),
  code: z.string(),
  stage: z.string().nullable(),
  error: z.string().nullable().describe('What is wrong, in our words.'),
  remedy: z.string().nullable(),
  event: z.string().nullable().describe('Of a webhook: the provider’s word for the kind of the event.'),
  keyBytes: z.number().int(),
  valueBytes: z.number().int(),
  wholeBytes: offset.describe('How large the value was, where only a part of it is kept.'),
  tenant: z.string().nullable().describe('Null: not readable.'),
  channel: z.string().nullable(),
  messageId: z.string().nullable(),
});
export type UnreadableResponse = z.infer<typeof UnreadableResponse>;

export const UnreadableDetail = UnreadableResponse.extend({
  meaning: z.string().describe('What the code means.'),
  remedy: z.string().describe('What to do about it.'),
});
export type UnreadableDetail = z.infer<typeof UnreadableDetail>;

export const UnreadableList = z.object({
  causes: z
    .array(
      z.object({
        code: z.string(),
        origin: z.string(),
        keptBy: z.string().nullable(),
        count: z.number().int(),
        first: Instant,
        last: Instant,
      }),
    )
    .nullable()
    .describe('All that the filters meet, by cause, the most frequent first; null on further pages.'),
  items: z.array(UnreadableResponse).describe('Newest first.'),
  nextCursor: z.string().nullable().describe('Asks for the next page; null on the last.'),
});
export type UnreadableList = z.infer<typeof UnreadableList>;

const Bytes = z.object({
  encoding: z.enum(['utf8', 'hex']).describe('utf8 where the bytes are UTF-8 without controls.'),
  text: z.string(),
  bytes: z.number().int().describe('How many there are.'),
  shown: z.number().int().describe('How many of them are shown.'),
});

export const UnreadableBytesResponse = z.object({
  id: z.string(),
  key: Bytes.nullable(),
  value: Bytes.nullable(),
  headers: z.record(z.string(), z.string()),
});
export type UnreadableBytesResponse = z.infer<typeof UnreadableBytesResponse>;

const example = {
  id: '5d7c1d0a-7f0e-4f43-9c8e-0d3f5a1b2c3d',
  at: '2030-01-31T12:00:00.000Z',
  partition: 0,
  offset: 17,
  origin: 'messaging.email.requested',
  originPartition: 3,
  originOffset: 4711,
  originLastOffset: null,
  originAt: '2030-01-31T11:59:59.900Z',
  keptBy: 'email',
  code: 'MSG_UNREADABLE',
  stage: 'decode',
  error: 'the value breaks the schema of email.requested: to must have at least 1 item',
  remedy: 'Correct the producer and publish again.',
  event: null,
  keyBytes: 11,
  valueBytes: 230,
  wholeBytes: null,
  tenant: 'shop',
  channel: 'email',
  messageId: 'm-1',
};

export const unreadableExamples = {
  list: {
    causes: [
      {
        code: 'MSG_UNREADABLE',
        origin: 'messaging.email.requested',
        keptBy: 'email',
        count: 12,
        first: '2030-01-31T11:00:00.000Z',
        last: '2030-01-31T12:00:00.000Z',
      },
    ],
    items: [example],
    nextCursor: null,
  },
  one: {
    ...example,
    meaning: 'No schema accepts the record’s bytes.',
    remedy: 'Correct the producer and publish again; the bytes are kept in the unreadable topic.',
  },
  bytes: {
    id: example.id,
    key: { encoding: 'utf8', text: 'customer-17', bytes: 11, shown: 11 },
    value: { encoding: 'utf8', text: '{"messageId":"m-1","to":[]}', bytes: 27, shown: 27 },
    headers: { 'x-error-code': 'MSG_UNREADABLE' },
  },
};
