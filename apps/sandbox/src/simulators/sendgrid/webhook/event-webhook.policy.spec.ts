import { generateKeyPairSync } from 'node:crypto';
import { expect, it } from '@jest/globals';
import { aMail } from '../../../../test/messages.ts';
import type { MailMessage } from '../message.ts';
import { withEvents } from '../../../core/inbox/plan.policy.ts';
import { sendgrid } from '../index.ts';
import { bodyOf, eventOf, privateKey } from './event-webhook.policy.ts';

const planned = (parts: Parameters<typeof aMail>[0] = {}) => withEvents<MailMessage>(aMail(parts), 1500, sendgrid);

it('adds custom arguments to the fields of the event, which win', () => {
  const event = eventOf({
    message: planned({ customArgs: { mi_call_id: 'c1', event: 'mine', email: 'mine' } }),
    index: 0,
  });
  expect(event).toMatchObject({ mi_call_id: 'c1', event: 'processed', email: 'ada@example.org', timestamp: 1 });
});

it('writes one category as text and several as a list', () => {
  expect(eventOf({ message: planned({ categories: ['a'] }), index: 0 })).toMatchObject({ category: 'a' });
  expect(eventOf({ message: planned({ categories: ['a', 'b'] }), index: 0 })).toMatchObject({ category: ['a', 'b'] });
});

it('gives each event an id of its own that is the same every time', () => {
  const ids = (index: number) => eventOf({ message: planned(), index })['sg_event_id'];
  expect(ids(0)).toBe(ids(0));
  expect(ids(0)).not.toBe(ids(1));
});

it('ends each event with CRLF', () => {
  expect(bodyOf([{ a: 1 }, { b: 2 }])).toBe('[{"a":1},\r\n{"b":2}]\r\n');
});

it('takes no key of another curve', () => {
  const { privateKey: other } = generateKeyPairSync('ec', { namedCurve: 'P-384' });
  expect(() => privateKey(other.export({ type: 'pkcs8', format: 'der' }).toString('base64'))).toThrow(
    'not a P-256 key',
  );
});
