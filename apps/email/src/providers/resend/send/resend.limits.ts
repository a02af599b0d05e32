import type { LimitTable } from '#libs/providers';

const docs = 'https://resend.com/docs';
const sendEmail = `${docs}/api-reference/emails/send-email`;
const batch = `${docs}/api-reference/emails/send-batch-emails`;
const attachments = `${docs}/dashboard/emails/attachments`;
const variables = `${docs}/dashboard/templates/template-variables`;

/** Resend's limits for one e-mail, or for one batch. */
export const resendLimits = {
  recipients: { field: 'to', rule: 'at most 50', most: 50, keeper: 'schema', source: sendEmail, note: 'The platform counts cc and bcc, too.' },
  tagLetters: { field: 'tags', rule: 'ASCII letters, digits, _ and -', keeper: 'written', source: sendEmail, note: 'Other signs of tags are written as _.' },
  tagLength: { field: 'tags', rule: 'at most 256 characters in a name or value', most: 256, keeper: 'own', source: sendEmail, note: 'Tags of upstream have at most 64; what grows too long of the reference goes on in a second tag.' },
  totalBytes: { field: 'attachments', rule: 'at most 40 MB an e-mail, attachments in base64', most: 40_000_000, keeper: 'carry', source: attachments, note: 'Of attachments by URL, which Resend fetches, it has the last word.' },
  attachmentExtensions: { field: 'attachments.filename', rule: 'no file that may be run, by its extension', keeper: 'carry', source: `${docs}/knowledge-base/what-attachment-types-are-not-supported` },
  contentId: { field: 'attachments.content_id', rule: 'less than 128 characters', most: 127, keeper: 'schema', source: `${docs}/dashboard/emails/embed-inline-images` },
  batch: { field: '(the whole)', rule: 'at most 100 e-mails in a batch', most: 100, keeper: 'own', source: batch },
  batchAttachments: { field: 'attachments', rule: 'none in a batch', keeper: 'own', source: attachments, note: 'An e-mail with attachments goes alone.' },
  idempotencyKey: { field: 'Idempotency-Key', rule: '1 to 256 characters', most: 256, keeper: 'own', source: `${docs}/dashboard/emails/idempotency-keys` },
  scheduledAt: { field: 'scheduled_at', rule: 'at most 30 days ahead', most: 30, keeper: 'own', source: `${docs}/dashboard/emails/schedule-email`, note: 'Never asked for: the platform waits by itself.' },
  variables: { field: 'template.variables', rule: 'at most 50', most: 50, keeper: 'carry', source: variables },
  variableNames: { field: 'template.variables', rule: 'ASCII letters, digits and _, at most 50 characters', most: 50, keeper: 'carry', source: sendEmail },
  variablesReserved: { field: 'template.variables', rule: 'none of FIRST_NAME, LAST_NAME, EMAIL, UNSUBSCRIBE_URL, contact, this', keeper: 'carry', source: variables },
  variableKinds: { field: 'template.variables', rule: 'texts and numbers', keeper: 'carry', source: variables },
} satisfies LimitTable;

/** Files that Resend does not send (resendLimits.attachmentExtensions). */
export const refusedExtensions: ReadonlySet<string> = new Set([
  'adp', 'app', 'asp', 'bas', 'bat', 'cer', 'chm', 'cmd', 'com', 'cpl', 'crt', 'csh', 'der', 'exe', 'fxp', 'gadget', 'hlp', 'hta', 'inf', 'ins', 'isp', 'its',
  'js', 'jse', 'ksh', 'lib', 'lnk', 'mad', 'maf', 'mag', 'mam', 'maq', 'mar', 'mas', 'mat', 'mau', 'mav', 'maw', 'mda', 'mdb', 'mde', 'mdt', 'mdw', 'mdz',
  'msc', 'msh', 'msh1', 'msh2', 'mshxml', 'msh1xml', 'msh2xml', 'msi', 'msp', 'mst', 'ops', 'pcd', 'pif', 'plg', 'prf', 'prg', 'reg', 'scf', 'scr', 'sct',
  'shb', 'shs', 'sys', 'ps1', 'ps1xml', 'ps2', 'ps2xml', 'psc1', 'psc2', 'tmp', 'url', 'vb', 'vbe', 'vbs', 'vps', 'vsmacros', 'vss', 'vst', 'vsw', 'vxd',
  'ws', 'wsc', 'wsf', 'wsh', 'xnk',
]);

/** Names that variables of Resend's templates must not have (resendLimits.variablesReserved). */
export const reservedVariables: ReadonlySet<string> = new Set(['FIRST_NAME', 'LAST_NAME', 'EMAIL', 'UNSUBSCRIBE_URL', 'RESEND_UNSUBSCRIBE_URL', 'contact', 'this']);
