import { referenceFields } from '#libs/providers';
import type { DocumentedEvent } from '#libs/testing';
import { PERSON } from './common.ts';

const own = {
  email: PERSON,
  timestamp: 1_795_435_205,
  'smtp-id': '<Xj5L@geopod-ismtpd-1>',
  sg_event_id: 'ZXZlbnQtMQ',
  sg_message_id: 'Xj5LmGvSRt2n34BA.recvd-6c9f4-1-5F5F.0',
  category: ['receipts', 'urgent'],
};
const reference = referenceFields({
  messageId: 'm-odd',
  tenant: 'default',
  hop: 1,
  callId: 'call-1',
  lane: 'urgent',
  attempt: 1,
  recipientCount: 2,
});
const agent = { useragent: 'Mozilla/5.0', ip: '192.0.2.7' };
const about = (event: string, more: object = {}) => ({ event, ...own, ...reference, ...more });
const without = (event: object, ...names: string[]) =>
  Object.fromEntries(Object.entries(event).filter(([name]) => !names.includes(name)));

const needs = [['event'], ['sg_message_id', 'mi_message_id']];
const toSomebody = [['event'], ['email']];
const bounce = about('bounce', {
  type: 'bounce',
  reason: `550 no such user ${PERSON}`,
  status: '5.1.1',
  bounce_classification: 'Invalid Address',
  ip: '192.0.2.7',
  tls: 1,
});

/**
 * Every event that SendGrid documents, with every field (SendGrid’s Event Webhook Reference).
 */
export const sendgridEvents: DocumentedEvent[] = [
  {
    name: 'processed',
    event: about('processed', { pool: { name: 'main', id: 210 }, send_at: 1_795_435_300, asm_group_id: 7 }),
    tells: { status: 'sent' },
    needs,
  },
  {
    name: 'deferred',
    event: about('deferred', { response: '450 try later', attempt: '3', domain: 'inbox.test' }),
    tells: { status: 'delayed' },
    needs,
  },
  {
    name: 'delivered',
    event: about('delivered', { response: '250 OK', ip: '192.0.2.7', tls: 1, cert_err: 0 }),
    tells: { status: 'delivered' },
    needs,
  },
  {
    name: 'bounce',
    event: bounce,
    tells: { status: 'bounced' },
    needs,
    suppresses: [...toSomebody, ['type'], ['bounce_classification']],
  },
  {
    name: 'bounce without the id of the mail',
    event: without(bounce, 'sg_message_id'),
    tells: { status: 'bounced' },
    needs: [['event'], ['mi_message_id'], ['mi_tenant']],
  },
  {
    name: 'bounce without our reference',
    event: without(bounce, ...Object.keys(reference)),
    tells: { status: 'bounced' },
    needs: [['event'], ['sg_message_id']],
  },
  {
    name: 'bounce at a time in milliseconds',
    event: { ...bounce, timestamp: 1_795_435_205_123 },
    tells: { status: 'bounced' },
    needs,
    alike: true,
  },
  {
    name: 'bounce at a time as text',
    event: { ...bounce, timestamp: '1795435205' },
    tells: { status: 'bounced' },
    needs,
    alike: true,
  },
  {
    name: 'dropped',
    event: about('dropped', { reason: 'Bounced Address', status: '5.0.0' }),
    tells: { status: 'suppressed' },
    needs,
    turns: { reason: 'failed' },
    suppresses: [...toSomebody, ['reason']],
  },
  { name: 'open', event: about('open', { ...agent, sg_content_type: 'html' }), tells: { status: 'opened' }, needs },
  {
    name: 'open by a machine',
    event: about('open', { ...agent, sg_machine_open: true }),
    tells: { status: 'machine-opened' },
    needs,
    turns: { sg_machine_open: 'opened' },
  },
  {
    name: 'click',
    event: about('click', {
      ...agent,
      url: `https://example.org/?of=${PERSON}`,
      url_offset: { index: 0, type: 'html' },
    }),
    tells: { status: 'clicked' },
    needs,
  },
  { name: 'spamreport', event: about('spamreport'), tells: { status: 'complained' }, needs, suppresses: toSomebody },
  {
    name: 'unsubscribe',
    event: about('unsubscribe'),
    tells: { status: 'unsubscribed' },
    needs,
    suppresses: toSomebody,
  },
  {
    name: 'group_unsubscribe',
    event: about('group_unsubscribe', { ...agent, asm_group_id: 7, url: 'https://example.org/' }),
    tells: { status: 'unsubscribed' },
    needs,
    suppresses: toSomebody,
  },
  {
    name: 'group_resubscribe',
    event: about('group_resubscribe', { ...agent, asm_group_id: 7, url: 'https://example.org/' }),
    tells: { topic: 'suppression.changed' },
    needs: toSomebody,
  },
  {
    name: 'account_status_change',
    event: {
      event: 'account_status_change',
      timestamp: 1_795_435_205,
      sg_event_id: 'MjIzNDk',
      type: 'compliance_suspend',
    },
    tells: { topic: 'unreadable' },
    needs: [['event']],
  },
];
