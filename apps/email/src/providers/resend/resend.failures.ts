import type { FailureRow } from '#libs/contracts';

const errors = 'https://resend.com/docs/api-reference/errors; resend-rust src/error.rs';
const webhooks = 'resend/resend-openapi@fd6f395 webhooks; resend@6.38.0 types';

/**
 * What Resend's error names and webhook reasons mean and what can be done; an unlisted one is judged by its HTTP status.
 * One name is used with several statuses: `<name>:<status>` is the narrower row and is looked up before `<name>`.
 */
export const resendFailures: readonly FailureRow[] = [
  { code: 'invalid_idempotency_key', kind: 'bad-content', retry: 'never', meaning: 'The idempotency key is not 1 to 256 characters long.', source: errors },
  { code: 'validation_error', kind: 'bad-content', retry: 'never', meaning: 'A field of the request is wrong. Resend uses the same name with 403 and 422 for other things.', source: errors },
  { code: 'validation_error:403', kind: 'account', retry: 'operator', meaning: 'The From domain is not verified, or the test sender may only write to the account’s own address.', source: errors },
  { code: 'validation_error:422', kind: 'bad-recipient', retry: 'never', suppress: true, meaning: 'The recipient stands at a domain reserved for tests, such as example.com.', source: 'https://resend.com/docs/knowledge-base (test addresses)' },
  { code: 'missing_api_key', kind: 'account', retry: 'operator', meaning: 'The request had no API key.', source: errors },
  { code: 'restricted_api_key', kind: 'account', retry: 'operator', meaning: 'A key that may only send was used for something else. At the check on start this proves that the key may send.', source: errors },
  { code: 'invalid_api_key', kind: 'account', retry: 'operator', meaning: 'The API key is unknown or was deleted.', source: errors },
  { code: 'error_1010', kind: 'bad-content', retry: 'never', meaning: 'The request had no User-Agent header.', source: 'https://resend.com/docs/knowledge-base/403-error-1010' },
  { code: 'not_found', kind: 'account', retry: 'never', meaning: 'The path is wrong or the id is unknown.', source: errors },
  { code: 'method_not_allowed', kind: 'bad-content', retry: 'never', meaning: 'The path does not take this HTTP method.', source: errors },
  { code: 'invalid_idempotent_request', kind: 'bad-content', retry: 'never', meaning: 'The idempotency key was used within 24 hours for another body: the first message was accepted, this one was not.', source: errors },
  { code: 'concurrent_idempotent_requests', kind: 'transient', retry: 'backoff', meaning: 'A request with this idempotency key is still running; it is repeated with the same key after a short wait.', source: errors },
  { code: 'invalid_attachment', kind: 'bad-content', retry: 'never', meaning: 'An attachment has neither content nor path, or is malformed.', source: errors },
  { code: 'missing_required_field', kind: 'bad-content', retry: 'never', meaning: 'A required field is missing.', source: errors },
  { code: 'invalid_parameter', kind: 'bad-content', retry: 'never', meaning: 'A parameter is wrong.', source: errors },
  { code: 'invalid_from_address', kind: 'account', retry: 'operator', meaning: 'The From address is malformed.', source: errors },
  { code: 'invalid_access', kind: 'account', retry: 'operator', meaning: 'The access level of the API key is wrong.', source: errors },
  { code: 'invalid_region', kind: 'account', retry: 'operator', meaning: 'The region of a domain is unknown.', source: errors },
  { code: 'rate_limit_exceeded', kind: 'throttled', retry: 'backoff', meaning: 'The team’s requests per second are used up (5 by default); the answer tells how many seconds to wait.', source: errors },
  { code: 'daily_quota_exceeded', kind: 'account', retry: 'failover', meaning: 'The plan’s daily quota is used up, for up to 24 hours. It comes as 429 but is no rate limit.', source: errors },
  { code: 'monthly_quota_exceeded', kind: 'account', retry: 'operator', meaning: 'The plan’s monthly quota is used up. It comes as 429 but is no rate limit.', source: errors },
  { code: 'security_error', kind: 'account', retry: 'operator', meaning: 'Resend sees a security issue with the request.', source: errors },
  { code: 'application_error', kind: 'unknown', retry: 'backoff', meaning: 'Resend had a fault and may have accepted the message; a repeat with the same idempotency key is safe for 24 hours.', source: errors },
  { code: 'internal_server_error', kind: 'unknown', retry: 'backoff', meaning: 'Resend had a fault and may have accepted the message; a repeat with the same idempotency key is safe for 24 hours.', source: errors },
  { code: 'application_error:null_status', kind: 'unknown', retry: 'backoff', meaning: 'Resend’s library hides every network failure behind this, whether the request was written or not; a repeat with the same idempotency key is safe for 24 hours.', source: 'own run against resend@6.38.0, Node 24.21' },
  { code: 'bounced:Permanent/General', kind: 'bad-recipient', retry: 'never', suppress: true, meaning: 'The receiving server refused the address for good.', source: webhooks },
  { code: 'bounced:Permanent/NoEmail', kind: 'bad-recipient', retry: 'never', suppress: true, meaning: 'There is no such mailbox.', source: webhooks },
  { code: 'bounced:Transient/General', kind: 'transient', retry: 'backoff', meaning: 'The receiving server refused the mail for now, and Resend has given up.', source: webhooks },
  { code: 'bounced:Transient/MailboxFull', kind: 'transient', retry: 'backoff', meaning: 'The mailbox is full.', source: webhooks },
  { code: 'bounced:Transient/MessageTooLarge', kind: 'bad-content', retry: 'never', meaning: 'The mail is too big for this receiver.', source: webhooks },
  { code: 'bounced:Transient/ContentRejected', kind: 'bad-content', retry: 'never', meaning: 'The receiving server refused the content.', source: webhooks },
  { code: 'bounced:Transient/AttachmentRejected', kind: 'bad-content', retry: 'never', meaning: 'The receiving server refused an attachment.', source: webhooks },
  { code: 'bounced:Undetermined/Undetermined', kind: 'unknown', retry: 'never', meaning: 'The mail bounced and no reason could be read from the bounce.', source: webhooks },
  { code: 'suppressed:OnAccountSuppressionList', kind: 'bad-recipient', retry: 'never', suppress: true, meaning: 'The address stands on the account’s suppression list for an earlier bounce or complaint, so nothing was sent.', source: webhooks },
  { code: 'complained', kind: 'opted-out', retry: 'never', suppress: true, meaning: 'The recipient marked the mail as spam.', source: webhooks },
  { code: 'failed', kind: 'account', retry: 'operator', meaning: 'Resend accepted the mail but could not send it, for example for a used-up quota or an unverified domain; the event’s reason says which.', source: webhooks },
  { code: 'delivery_delayed', kind: 'transient', retry: 'never', meaning: 'Delivery is delayed and not over: Resend tries again by itself.', source: webhooks },
];
