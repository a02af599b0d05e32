import { type CancelRule, Channel, isRecipient, recipientHash } from '#libs/contracts';
import { badRequest } from '#libs/runtime';
import type { CancelPreview, Parsed } from './requests.ts';

/** What a cancellation by filter is about, with the recipient’s hash in place of the address. */
export type CancelFields = Pick<CancelRule, 'channel' | 'tenant' | 'tag' | 'template' | 'recipient'>;

/** @throws BadRequestException where the recipient is none */
export function cancelFieldsOf(
  { all: _, recipient, ...fields }: Parsed<typeof CancelPreview>['filter'],
  hashKey: string,
): CancelFields {
  if (recipient === undefined) return fields;
  if (!Channel.options.some((channel) => isRecipient(recipient, channel)))
    throw badRequest([
      {
        field: 'filter.recipient',
        rule: 'must be an e-mail address, or a phone number with its country’s code such as +1 202 555 0123',
      },
    ]);
  return { ...fields, recipient: recipientHash(hashKey, recipient) };
}
