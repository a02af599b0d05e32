import { referenceFields, toTags } from '#libs/providers';
import type { DocumentedEvent } from '#libs/testing';
import { PERSON } from './common.ts';

const created_at = '2026-11-23T12:00:05.123Z';
const fields = referenceFields({
  messageId: 'm-odd',
  tenant: 'default',
  hop: 1,
  callId: 'call-1',
  lane: 'urgent',
  attempt: 1,
});
const tags = Object.fromEntries(toTags(fields).map(({ name, value }) => [name, value]));
const mail = {
  email_id: '56761188-7520-42d8-8898-ff6fc54ce618',
  created_at,
  from: 'Ours <no-reply@messaging.test>',
  to: [PERSON],
  subject: 'Hello',
  message_id: '<1@messaging.test>',
  template_id: 't-1',
  broadcast_id: 'b-1',
  tags,
  headers: [{ name: 'X-Entity-Ref-ID', value: '7' }],
};
const withoutId = Object.fromEntries(Object.entries(mail).filter(([name]) => name !== 'email_id'));
const withoutReference = { ...mail, tags: undefined, headers: undefined };
const referenceInHeader = {
  ...withoutId,
  tags: {},
  headers: [{ name: 'X-Messaging-Reference', value: new URLSearchParams(fields).toString() }],
};

const bounce = {
  type: 'Permanent',
  subType: 'General',
  message: `550 no such user ${PERSON}`,
  diagnosticCode: ['smtp; 550 5.1.1 user unknown'],
};
const suppressed = {
  type: 'OnAccountSuppressionList',
  reason: 'previous_bounce',
  message: `${PERSON} is on the list`,
  diagnosticCode: ['smtp; 550'],
};
const click = {
  ipAddress: '192.0.2.7',
  link: `https://example.org/?of=${PERSON}`,
  timestamp: created_at,
  userAgent: 'Mozilla/5.0',
};

const about = (type: string, data: object) => ({ type, created_at, data });
const needs = [['type'], ['data.email_id', 'data.tags']];

const mails: DocumentedEvent[] = [
  { name: 'email.scheduled', event: about('email.scheduled', mail), tells: { status: 'scheduled' }, needs },
  { name: 'email.sent', event: about('email.sent', mail), tells: { status: 'sent' }, needs },
  { name: 'email.delivery_delayed', event: about('email.delivery_delayed', mail), tells: { status: 'delayed' }, needs },
  { name: 'email.delivered', event: about('email.delivered', mail), tells: { status: 'delivered' }, needs },
  {
    name: 'email.bounced',
    event: about('email.bounced', { ...mail, bounce }),
    tells: { status: 'bounced' },
    needs,
    suppresses: [...needs, ['data.to'], ['data.bounce.type']],
  },
  {
    name: 'email.suppressed',
    event: about('email.suppressed', { ...mail, suppressed }),
    tells: { status: 'suppressed' },
    needs,
    suppresses: [...needs, ['data.to']],
  },
  {
    name: 'email.failed',
    event: about('email.failed', { ...mail, failed: { reason: 'reached_daily_quota' } }),
    tells: { status: 'failed' },
    needs,
  },
  { name: 'email.opened', event: about('email.opened', mail), tells: { status: 'opened' }, needs },
  { name: 'email.clicked', event: about('email.clicked', { ...mail, click }), tells: { status: 'clicked' }, needs },
  {
    name: 'email.complained',
    event: about('email.complained', mail),
    tells: { status: 'complained' },
    needs,
    suppresses: [...needs, ['data.to']],
  },
];

/** What the published issue of other shapes has shown, each with a bounce that must not be lost. */
const shapes: DocumentedEvent[] = [
  ['without tags and headers', withoutReference, [['type'], ['data.email_id']]],
  ['without its id', withoutId, [['type'], ['data.tags.mi_message_id'], ['data.tags.mi_tenant']]],
  ['with our reference in a header alone', referenceInHeader, [['type'], ['data.headers']]],
  ['with tags as a list', { ...mail, tags: toTags(fields) }, needs],
  [
    'with headers as an object',
    { ...referenceInHeader, headers: { 'x-messaging-reference': new URLSearchParams(fields).toString() } },
    [['type'], ['data.headers']],
  ],
  ['to one address that is no list', { ...mail, to: `Ada <${PERSON}>` }, needs],
  ['at a time in milliseconds', { ...mail, created_at: 1_795_435_205_123 }, needs],
].map(([how, data, needed]) => ({
  name: `email.bounced ${how as string}`,
  event: about('email.bounced', { ...(data as object), bounce }),
  tells: { status: 'bounced' },
  needs: needed as string[][],
  alike: (how as string).endsWith('list') || (how as string).endsWith('milliseconds'),
}));

const entry = { id: 's-1', email: PERSON, origin: 'bounce', source_id: 'e-1', created_at };
const list: DocumentedEvent[] = ['suppression.added', 'suppression.removed'].map((type) => ({
  name: type,
  event: about(type, entry),
  tells: { topic: 'suppression.changed' },
  needs: [['type'], ['data.email']],
}));

const contact = {
  id: 'c-1',
  audience_id: 'a-1',
  segment_ids: ['s-1'],
  created_at,
  updated_at: created_at,
  email: PERSON,
  first_name: 'Ada',
  last_name: null,
  unsubscribed: false,
};
const domain = {
  id: 'd-1',
  name: 'messaging.test',
  status: 'verified',
  created_at,
  region: 'eu-west-1',
  records: [{ record: 'SPF', name: 'send', type: 'MX', ttl: 'Auto', status: 'verified', value: 'x', priority: 10 }],
};
const topic = {
  id: 't-1',
  name: 'News',
  description: null,
  default_subscription: 'opt_in',
  deleted: false,
  created_at,
  updated_at: created_at,
};
const received = {
  email_id: 'r-1',
  created_at,
  from: PERSON,
  to: ['inbox@messaging.test'],
  bcc: [],
  cc: [],
  received_for: [],
  message_id: '<2@x>',
  subject: 'Re',
  attachments: [{ id: 'a', filename: null, content_type: 'image/png', content_disposition: null, content_id: null }],
};
const inbox = {
  source: 'api',
  inbox_id: 'i-1',
  thread_id: 'th-1',
  email_id: 'e-1',
  draft_id: 'dr-1',
  added: [],
  removed: [{ id: 'l' }],
  from: 'inbox',
  to: 'archive',
  assignee_email: PERSON,
};

/** About the account, and of no message of ours (SDK 6.38.0, webhook-event.interface). */
const others: [string[], object][] = [
  [['email.received'], received],
  [['contact.created', 'contact.updated', 'contact.deleted'], contact],
  [['contact.topics.updated'], { email: PERSON, topics: [{ id: 't-1', subscription: 'opt_out' }] }],
  [['domain.created', 'domain.updated', 'domain.deleted'], domain],
  [['topic.created', 'topic.updated', 'topic.deleted'], topic],
  [
    [
      'inbox.created',
      'inbox.updated',
      'inbox.deleted',
      'inbox.thread.created',
      'inbox.thread.folder.updated',
      'inbox.thread.assigned',
      'inbox.thread.unassigned',
      'inbox.thread.labels.updated',
    ],
    inbox,
  ],
  [
    [
      'inbox.email.received',
      'inbox.email.sent',
      'inbox.draft.created',
      'inbox.draft.updated',
      'inbox.draft.sent',
      'inbox.draft.deleted',
    ],
    inbox,
  ],
];

/** Every event that Resend documents, with every field (resend.com/docs/webhooks; resend-openapi 1.5.0). */
export const resendEvents: DocumentedEvent[] = [
  ...mails,
  ...shapes,
  ...list,
  ...others.flatMap(([types, data]) =>
    types.map((type, index) => ({
      name: type,
      event: about(type, data),
      tells: { topic: 'unreadable' },
      needs: [['type']],
      alike: index > 0,
    })),
  ),
];
