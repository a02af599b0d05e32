import type { SendDeferred } from '#libs/contracts';

const lanes = ['urgent', 'transactional', 'bulk'] as const;

/** A message that failed once, as long as most are. */
export const aDeferredMessage = (index: number, run: string): SendDeferred => ({
  eventId: `${run}-${index}`,
  messageId: `bench-${run}-${index}`,
  tenant: 'default',
  channel: 'email',
  lane: lanes[index % lanes.length]!,
  key: null,
  requestedAt: '2030-01-31T12:00:00.000Z',
  expiresAt: '2040-01-31T12:00:00.000Z',
  request: {
    messageId: `bench-${run}-${index}`,
    to: [{ email: 'ada@inbox.test', name: 'Ada' }],
    subject: 'Your order is on its way',
    text: 'It left our warehouse this morning and will be with you tomorrow. '.repeat(5),
  },
  attempts: [],
  hop: 1,
  why: 'waiting',
  at: '2030-01-31T12:00:00.000Z',
});
