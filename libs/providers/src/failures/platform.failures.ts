import type { FailureRow } from './failure-row.ts';

const again = 'If it is still of use, publish it again under a new messageId with a later expiresAt.';
const findOut = 'Find out at the provider whether it took the message; if not, publish it again under a new messageId.';

const notWritten = 'Sends this recipient nothing: they end `suppressed`, and so does the message if nobody else is left.';

export interface PlatformFailure extends Omit<FailureRow, 'source'> {
  /** What the platform does, where it differs from other failures of this kind. */
  does?: string;
}

/** Failures of a message that the platform itself finds. Every MSG_ code of a failure has its row here. */
export const platformFailures: readonly PlatformFailure[] = [
  { code: 'MSG_REJECTED', kind: 'bad-content', retry: 'never', meaning: 'The request breaks its schema, so nothing was sent.', remedy: 'Correct the named fields and publish again, under the same messageId or a new one.', does: 'Sends nothing: the message ends `rejected`, and its record is quarantined in `messaging.unreadable`.' },
  { code: 'MSG_EXPIRED', kind: 'transient', retry: 'never', meaning: 'It could not be sent before it expired.', remedy: again, does: 'Sends nothing: the message ends `expired`.' },
  { code: 'MSG_EXPIRED_WAITING', kind: 'unavailable', retry: 'never', meaning: 'It waited for its time, or for a provider that can take it, until it expired.', remedy: again, does: 'Sends nothing: the message ends `expired`, with a dead letter.' },
  { code: 'MSG_SUPPRESSED_UNDELIVERABLE', kind: 'bad-recipient', retry: 'never', meaning: 'The recipient is suppressed: an earlier message came back for good, or the address is not valid.', remedy: 'Correct the recipient upstream. If it can be reached again: messaging suppressions remove.', does: notWritten },
  { code: 'MSG_SUPPRESSED_OPT_OUT', kind: 'opted-out', retry: 'never', meaning: 'The recipient is suppressed: they have unsubscribed or answered STOP.', remedy: 'Do not write to them until they opt in again; START, or joining the mailing again, lifts it by itself.', does: notWritten },
  { code: 'MSG_SUPPRESSED_COMPLAINT', kind: 'opted-out', retry: 'never', meaning: 'The recipient is suppressed: they have reported an earlier message as spam.', remedy: 'Do not write to them again; only with their own word: messaging suppressions remove.', does: notWritten },
  { code: 'MSG_SUPPRESSED_MANUALLY', kind: 'opted-out', retry: 'never', meaning: 'The recipient is suppressed by an operator or another service.', remedy: 'Look why: messaging suppressions show. If it does not hold any more: messaging suppressions remove.', does: notWritten },
  { code: 'MSG_TOO_OLD', kind: 'unknown', retry: 'operator', meaning: 'The request is older than the ledger remembers; it may have been sent before.', remedy: 'Find out whether it was sent; if not, publish it again under a new messageId.', does: 'Sends nothing: the message ends `unconfirmed`.' },
  { code: 'MSG_RECORD_TIME', kind: 'bad-content', retry: 'never', meaning: 'The Kafka record of the request has no timestamp, or one that is not in milliseconds, so nothing was sent.', remedy: 'Let the producer give its records a timestamp in milliseconds since 1970, or leave it to its client, and publish again, under the same messageId or a new one. `messaging topics apply` makes the request topics bear the broker’s time, whatever a producer writes.', does: 'The message ends `rejected`; its record is quarantined in `messaging.unreadable`.' },
  { code: 'MSG_NO_SENDER', kind: 'account', retry: 'operator', meaning: 'No sender is configured for this kind of message.', remedy: 'Add a sender for this country and kind to SMS_SENDERS (SMS_FROM, WHATSAPP_FROM and the provider’s own setting are the standard ones), or name one in the request.' },
  { code: 'MSG_COUNTRY_NOT_ALLOWED', kind: 'bad-recipient', retry: 'never', meaning: 'Texts to this country are not allowed here, so nothing was sent.', remedy: 'If they are wanted, add the country to SMS_ALLOWED_COUNTRIES and publish it again; else look who asks for them (SMS pumping).' },
  { code: 'MSG_MMS_NOT_AVAILABLE', kind: 'bad-recipient', retry: 'never', meaning: 'Media cannot be sent to this country by MMS, so nothing was sent.', remedy: 'Send an SMS with a link instead, or WhatsApp; SMS_MMS_COUNTRIES tells where MMS is used.' },
  { code: 'MSG_PREFIX_BUDGET', kind: 'throttled', retry: 'backoff', meaning: 'This hour’s budget of messages to the country or prefix is used up; nothing was sent.', remedy: 'Nothing if that many were meant: it goes in one of the next hours, as long as it is wanted. Else look who asks for them (SMS pumping); SMS_PREFIX_BUDGET sets the budget.', does: 'Tries again once the hour that is used up is over, until it expires.' },
  { code: 'MSG_TOO_MANY_SEGMENTS', kind: 'bad-content', retry: 'never', meaning: 'The text takes more segments than are allowed; nothing was sent.', remedy: 'Shorten it, or leave out the characters that need 16 bits each; SMS_MAX_SEGMENTS sets the limit.' },
  { code: 'MSG_OUTSIDE_WINDOW', kind: 'bad-content', retry: 'never', meaning: 'The recipient has not written to this sender within 24 hours, so WhatsApp takes only an approved template; nothing was sent.', remedy: 'Publish it with a contentTemplate (beside the body, if you like). If replies do not come to this service, set WHATSAPP_WINDOW=provider.' },
  { code: 'MSG_FILE_FORBIDDEN', kind: 'bad-content', retry: 'never', meaning: 'The URL of a file leads to an address that nothing is fetched from, so nothing was sent.', remedy: 'Give a URL that begins with https://, holds no user name or password, and leads (redirects too) to a public address; or put the file into the request as base64 content.' },
  { code: 'MSG_FILE_MISSING', kind: 'bad-content', retry: 'never', meaning: 'The server of a file does not give it out, so nothing was sent.', remedy: 'Open the URL without being signed in: it must answer with status 200. A signature in it must outlast the message, retries included.' },
  { code: 'MSG_FILE_TOO_LARGE', kind: 'bad-content', retry: 'never', meaning: 'The files of the message are larger than is allowed, so nothing was sent.', remedy: 'Make the files smaller, or send a link. An MMS takes jpeg, png and gif up to 5 MB and anything else up to 500 kB, WhatsApp up to 16 MB; ATTACHMENT_MAX_BYTES sets what the attachments by URL of one e-mail may hold.' },
  { code: 'MSG_FILE_UNUSABLE', kind: 'bad-content', retry: 'never', meaning: 'What came from the URL of a file is not that file, so nothing was sent.', remedy: 'Open the URL without being signed in: a sign-in or error page, an empty file, or one in a content encoding cannot be sent.' },
  { code: 'MSG_FILE_UNREACHABLE', kind: 'transient', retry: 'failover', meaning: 'A file of the message could not be fetched in time, so nothing was sent.', remedy: 'Nothing now. If it lasts, look whether its server answers in time, and whether this service may reach it.', does: 'Tries again, where there is one through a provider that fetches files itself; the provider’s health is not judged by it.' },
  { code: 'MSG_UNSUBSCRIBE_MISSING', kind: 'account', retry: 'operator', meaning: 'A mailing needs a way to unsubscribe, and the platform’s own links are not set up.', remedy: 'Set PUBLIC_URL and UNSUBSCRIBE_KEY of the email service, or name a page of yours in unsubscribe.url.' },
  { code: 'MSG_UNSUBSCRIBE_SHARED', kind: 'bad-content', retry: 'never', meaning: 'A mailing to several recipients at once cannot have an unsubscribe link for each of them.', remedy: 'Ask for one message per recipient, or name a page of yours in unsubscribe.url.' },
  { code: 'MSG_VALIDATION_NOT_SUPPORTED', kind: 'bad-content', retry: 'never', meaning: 'The mail was only to be checked (sandbox), and the provider cannot check without sending.', remedy: 'Leave out sandbox, or configure a provider that can check only.' },
  { code: 'MSG_TEMPLATE_UNSUITABLE', kind: 'bad-content', retry: 'never', meaning: 'Its template no longer takes its variables.' },
  { code: 'MSG_TEMPLATE_NOT_FOUND', kind: 'account', retry: 'operator', meaning: 'The template or version that it was accepted with is no longer there.', remedy: 'Put the version back into TEMPLATES_DIR, or the provider back into the settings: it is tried again until it expires.' },
  { code: 'MSG_TEMPLATE_OF_OTHER_PROVIDER', kind: 'bad-content', retry: 'never', meaning: 'The template is kept at another provider than the one that was asked to send it.', remedy: 'Name a template of this provider, or configure the one that keeps it.' },
  { code: 'MSG_VARIABLES_NOT_TEXT', kind: 'bad-content', retry: 'never', meaning: 'The provider’s own templates take texts and numbers only.', remedy: 'Give each template variable as a text or a number.' },
  { code: 'MSG_BEYOND_LIMIT', kind: 'bad-content', retry: 'never', meaning: 'The message is beyond a limit of the provider, so nothing was sent.', remedy: 'Change the named fields as their rules say, or configure another provider that takes them.', does: 'Sends it by another provider of the channel that takes it; where there is none, the message ends `failed`, with a dead letter that names the fields.' },
  { code: 'MSG_MAIL_REFUSED', kind: 'bad-content', retry: 'never', meaning: 'The mail breaks a rule of the provider’s own library, so it was not sent.' },
  { code: 'MSG_MESSAGE_REFUSED', kind: 'bad-content', retry: 'never', meaning: 'The message breaks a rule of the provider’s own library, so it was not sent.' },
  { code: 'MSG_NO_ROUTE', kind: 'unavailable', retry: 'backoff', meaning: 'Every provider that could take it is held or failing at present; nothing was sent.', does: 'Waits until one of them takes calls again, or until it expires; this counts as no attempt.' },
  { code: 'MSG_NOT_STARTED', kind: 'transient', retry: 'backoff', meaning: 'It took too long to get to the provider, so nothing was sent.', does: 'Tries again soon until it expires; this counts as no attempt.' },
  { code: 'MSG_NO_MESSAGE_ID', kind: 'unknown', retry: 'backoff', meaning: 'The provider answered without a message id; it may have taken the message.' },
  { code: 'MSG_KEY_IN_USE', kind: 'unknown', retry: 'backoff', meaning: 'The provider has this call already, by its idempotency key, and its answer was lost.' },
  { code: 'MSG_RESPONSE_INCOMPLETE', kind: 'unknown', retry: 'backoff', meaning: 'The provider’s answer was cut off; it has taken the message.' },
  { code: 'MSG_ADAPTER_FAULT', kind: 'unknown', retry: 'backoff', meaning: 'The platform failed while it was sending; the provider may have taken the message.' },
  { code: 'MSG_ABANDONED', kind: 'unknown', retry: 'backoff', meaning: 'The service stopped while it was sending; the provider may have taken the message.' },
  { code: 'MSG_UNRESOLVED', kind: 'unknown', retry: 'backoff', meaning: 'The provider could not say yet whether it took the message.' },
  { code: 'MSG_RESPONSE_LOST', kind: 'unknown', retry: 'never', meaning: 'The provider’s answer was lost.', remedy: findOut, does: 'Has looked as long as the lane’s window allows: the message ends `unconfirmed`, with a dead letter.' },
  { code: 'MSG_UNCLASSIFIED', kind: 'transient', retry: 'backoff', meaning: 'The attempt failed; its channel did not say why.' },
  { code: 'MSG_HANDLER_BUG', kind: 'transient', retry: 'never', meaning: 'The platform has a fault that this message brought out, so it was not sent.', remedy: 'Report it with the headers of its record in messaging.unreadable; publish it again under a new messageId after the fix.', does: 'Sends nothing: the message ends `failed`, with a dead letter, and its record is quarantined in `messaging.unreadable`. The records behind it go on.' },
  { code: 'MSG_RECORD_REFUSED', kind: 'transient', retry: 'never', meaning: 'What the platform had to pass on about this message breaks its own rules or is larger than Kafka takes, so it goes no further.', remedy: 'Report it with the headers of its record in messaging.unreadable. If the message is large, publish it again smaller, under a new messageId.', does: 'The message ends `failed`, or `unconfirmed` where the provider may have it, with a dead letter; the record that led to it is quarantined in `messaging.unreadable`.' },
  { code: 'MSG_HANDOVER_UNREADABLE', kind: 'transient', retry: 'never', meaning: 'What one service of the platform handed to another about this message cannot be read.', remedy: 'Look at its record in messaging.unreadable: another version of a service, or somebody else, has written it. If the message is still of use, publish it again under a new messageId.', does: 'The message ends `failed`, or `unconfirmed` where the provider may have it, with a dead letter; the record is quarantined in `messaging.unreadable`. Where it names no message, nothing more can be told.' },
  { code: 'MSG_UNDELIVERED', kind: 'transient', retry: 'never', stage: 'receipt', meaning: 'The carrier could not deliver it and told no reason.' },
];

/** A code of ours that is not about the failure of a message. */
export interface PlatformProblem {
  code: string;
  /** Where it appears. */
  shows: string;
  meaning: string;
  remedy: string;
}

const onRecords = 'in the header x-error-code of the record in messaging.unreadable';
const onApi = 'in the answer of an HTTP API';

/** All other codes: quarantined records, refused requests to our APIs, and errors at the start of a service. */
export const platformProblems: readonly PlatformProblem[] = [
  { code: 'MSG_UNREADABLE', shows: onRecords, meaning: 'No schema accepts the record’s bytes. Those of a request whose id can be read are also told as rejected.', remedy: 'Correct the producer and publish again; the bytes are kept in the unreadable topic.' },
  { code: 'MSG_ID_CONFLICT', shows: onRecords, meaning: 'The messageId was used before for other content. The original stays untouched; this record is quarantined.', remedy: 'Give each message an id of its own; only an exact repeat may use one again.' },
  { code: 'MSG_OTHER_EVENT', shows: onRecords, meaning: 'A provider’s verified webhook told an event about no message of ours: about the account, or of a kind that is new. The header x-event-type names it.', remedy: 'Nothing, unless the event itself asks for something.' },
  { code: 'MSG_UNUSABLE_EVENT', shows: onRecords, meaning: 'A provider’s verified webhook told an event that cannot be used. The header x-error says what it lacks, or which record of ours it would have broken; x-event-type names its kind.', remedy: 'Look at the record: perhaps the provider has changed its format; a record of ours that breaks its schema is a fault of the platform, so report it. What it tells of a message is not in that message’s story.' },
  { code: 'MSG_UNDECODABLE_BATCH', shows: `${onRecords}; in logs, in the readiness of the service, and in npm run doctor`, meaning: 'A batch of Kafka’s could not be decoded: its checksum does not fit, its format or codec is not known, or what is inside is not records. Which messages it held cannot be told; the consumer went on behind it.', remedy: 'Find the producer by topic and offsets (x-origin-…), and let it publish again what stood there under the same messageIds: what was taken already is absorbed. docs/operations.md tells how to look into the bytes.' },
  { code: 'MSG_INFRASTRUCTURE_DOWN', shows: 'in logs, and as HTTP 503', meaning: 'PostgreSQL or Kafka cannot be reached. Nothing is lost: consumption waits and goes on by itself.', remedy: 'Bring the named dependency back; nothing has to be repeated by hand.' },
  { code: 'MSG_SCHEMA_BEHIND', shows: 'in the log as a service starts, while it is not ready', meaning: 'DATABASE_MIGRATE is off, and the service’s tables are not there or of an earlier version. It waits for them: nothing is read or sent meanwhile.', remedy: 'Run the job that brings the schema up to date, or set DATABASE_MIGRATE=true for one start; the service goes on by itself then.' },
  { code: 'MSG_CONFIGURATION', shows: 'as a service starts; it ends with exit code 78', meaning: 'A setting is missing or wrong.', remedy: 'Set the named variables; docs/configuration.md tells what each means.' },
  { code: 'MSG_BAD_SIGNATURE', shows: 'in the answer to a webhook', meaning: 'The signature of a webhook does not fit: the key or the address differs, or somebody else called.', remedy: 'Compare the key or token that is configured with the one in the provider’s settings, and PUBLIC_URL with the address the provider calls.' },
  { code: 'MSG_BAD_REQUEST', shows: onApi, meaning: 'A request to an API of ours breaks a rule.', remedy: 'Correct the named fields; /docs of the reporting service tells what each may hold.' },
  { code: 'MSG_BODY_TOO_LARGE', shows: 'in the answer of an HTTP API or to a webhook, with HTTP 413', meaning: 'The body of a request is larger than is taken there: 1 MiB.', remedy: 'Send less in one request. A provider’s webhook never comes near that: look who calls.' },
  { code: 'MSG_MEDIA_TYPE', shows: `${onApi}, with HTTP 415`, meaning: 'The body of a request is of a media type that is not read there.', remedy: 'Send JSON with the content type application/json.' },
  { code: 'MSG_METHOD_NOT_ALLOWED', shows: `${onApi}, with HTTP 405`, meaning: 'The address is right, and takes other methods only; the header Allow names them.', remedy: 'Use one of these methods.' },
  { code: 'MSG_UNAUTHORIZED', shows: onApi, meaning: 'The API key or token is missing or not known.', remedy: 'Send "Authorization: Bearer <key>" with an API key from messaging keys create, at a channel with the token of OPERATOR_TOKEN.' },
  { code: 'MSG_KEY_MALFORMED', shows: `${onApi}, with HTTP 401`, meaning: 'The API key is not whole: it was cut off, or a character was changed. Found by its length and checksum, without a look-up.', remedy: 'Copy the key again, whole; where it is lost, revoke it and make another.' },
  { code: 'MSG_KEY_REVOKED', shows: `${onApi}, with HTTP 401`, meaning: 'The API key was revoked.', remedy: 'Ask an admin why; messaging keys create makes another.' },
  { code: 'MSG_KEY_EXPIRED', shows: `${onApi}, with HTTP 401`, meaning: 'The API key has expired.', remedy: 'Ask an admin for another: messaging keys create --expires.' },
  { code: 'MSG_FORBIDDEN', shows: `${onApi}, with HTTP 403`, meaning: 'The caller is known and lacks the scope, or gives a key what it does not have itself.', remedy: 'Ask an admin for a key with the scope that is named, or for the role that has it.' },
  { code: 'MSG_NOT_FOUND', shows: onApi, meaning: 'No such message, or suppression, is known.', remedy: 'Check channel, messageId and tenant. A request shows within a second of being published; otherwise look for its record in messaging.unreadable.' },
  { code: 'MSG_ROUTE_NOT_FOUND', shows: onApi, meaning: 'There is nothing at this address.', remedy: 'Look at /docs of the reporting service, which describes its API.' },
  { code: 'MSG_INTERNAL', shows: onApi, meaning: 'The service met an unexpected error.', remedy: 'Look it up in the service’s log by the time of the request.' },
];
