import type { LimitTable } from '#libs/providers';

const docs = 'https://www.twilio.com/docs/sendgrid';
const mailSend = `${docs}/api-reference/mail-send/mail-send`;
const errors = `${docs}/api-reference/mail-send/errors`;
const limitations = 'https://docs.sendgrid.com/api-reference/mail-send/limitations';
const unsubscribes = 'https://docs.sendgrid.com/ui/sending-email/global-unsubscribes';

/** SendGrid's limits for one request to send mail. */
export const sendgridLimits = {
  personalizations: { field: 'personalizations', rule: 'at most 1,000 in a request', most: 1_000, keeper: 'own', source: errors },
  recipients: { field: 'personalizations', rule: 'at most 1,000 recipients over to, cc and bcc of all personalizations', most: 1_000, keeper: 'schema', source: errors, note: 'The platform takes 50 in one e-mail.' },
  recipientsOnce: { field: 'personalizations.to', rule: 'an address stands once over to, cc and bcc', keeper: 'schema', source: errors },
  recipientNames: { field: 'personalizations.to.name', rule: 'no ; and no , in the names of to, cc and bcc', keeper: 'written', source: limitations, note: 'Such names go in quotes, and arrive as they were given. Names of from and reply_to are not concerned.' },
  substitutions: { field: 'personalizations.substitutions', rule: 'at most 10,000 bytes in a personalization', most: 10_000, keeper: 'own', source: mailSend, note: 'The page of errors says 50,000. One is used: the recipient’s unsubscribe link.' },
  substitutionItems: { field: 'personalizations.substitutions', rule: 'at most 150 in a personalization', most: 150, keeper: 'own', source: errors },
  customArgs: { field: 'personalizations.custom_args', rule: 'at most 10,000 bytes with those of the mail', most: 10_000, keeper: 'own', source: limitations, note: 'The page of errors says 50,000. The platform’s reference alone stands there.' },
  subject: { field: 'subject', rule: 'at least one character', keeper: 'schema', source: errors, note: 'The platform takes at most 998, the longest line of RFC 5322.' },
  contentValue: { field: 'content.value', rule: 'at least one character', keeper: 'schema', source: errors },
  contentOrder: { field: 'content', rule: 'text/plain first, then text/html, each once', keeper: 'own', source: errors },
  headerNames: { field: 'headers', rule: 'names of ASCII without blanks', keeper: 'schema', source: errors },
  headerRepeats: { field: 'headers', rule: 'no name twice', keeper: 'schema', source: errors },
  headersReserved: { field: 'headers', rule: 'none of x-sg-id, x-sg-eid, received, dkim-signature, Content-Type, Content-Transfer-Encoding, To, From, Subject, Reply-To, CC, BCC', keeper: 'schema', source: errors },
  headerValues: { field: 'headers', rule: 'values with other letters than ASCII are encoded', keeper: 'written', source: mailSend, note: 'They go in encoded words (RFC 2047).' },
  categories: { field: 'categories', rule: 'at most 10', most: 10, keeper: 'schema', source: errors, note: 'Tags and categories together.' },
  categoryLength: { field: 'categories', rule: 'at most 255 characters each', most: 255, keeper: 'schema', source: errors, note: 'Tags have at most 64.' },
  categoryLetters: { field: 'categories', rule: 'ASCII only', keeper: 'written', source: errors, note: 'Tags lose the marks of their letters, and what is left is written as _; given as categories such letters are refused.' },
  categoryRepeats: { field: 'categories', rule: 'none twice', keeper: 'written', source: errors },
  attachmentContent: { field: 'attachments.content', rule: 'at least one character of base64', keeper: 'schema', source: errors },
  attachmentType: { field: 'attachments.type', rule: 'no ; and no line break', keeper: 'schema', source: errors },
  attachmentName: { field: 'attachments.filename', rule: 'no ; and no , and no line break', keeper: 'written', source: errors, note: 'Such signs are written as _.' },
  contentId: { field: 'attachments.content_id', rule: 'no ; and no line break', keeper: 'schema', source: errors },
  replyToList: { field: 'reply_to_list', rule: 'at most 1,000', most: 1_000, keeper: 'schema', source: mailSend, note: 'The platform takes 20.' },
  groupsToDisplay: { field: 'asm.groups_to_display', rule: 'at most 25', most: 25, keeper: 'schema', source: errors },
  ipPoolName: { field: 'ip_pool_name', rule: '2 to 64 characters', most: 64, keeper: 'schema', source: mailSend },
  sendAt: { field: 'send_at', rule: 'at most 72 hours ahead', most: 72, keeper: 'own', source: errors, note: 'Never asked for: the platform waits by itself.' },
  unsubscribeTags: { field: 'content.value', rule: 'tags such as <%asm_group_unsubscribe_raw_url%> need asm.group_id', keeper: 'carry', source: unsubscribes },
  totalBytes: { field: '(the whole)', rule: 'less than 30 MB', most: 30_000_000, keeper: 'call', source: limitations },
} satisfies LimitTable;
