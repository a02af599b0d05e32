import type { Answer } from '../../core/response.ts';

/** Resend's names of errors with the status each comes with (resend.com/docs/api-reference/errors). */
const statuses = {
  invalid_idempotency_key: 400,
  validation_error: 400,
  missing_api_key: 401,
  restricted_api_key: 401,
  invalid_api_key: 403,
  not_found: 404,
  method_not_allowed: 405,
  invalid_idempotent_request: 409,
  concurrent_idempotent_requests: 409,
  invalid_attachment: 422,
  invalid_from_address: 422,
  invalid_parameter: 422,
  missing_required_field: 422,
  rate_limit_exceeded: 429,
  daily_quota_exceeded: 429,
  monthly_quota_exceeded: 429,
  security_error: 451,
  application_error: 500,
  internal_server_error: 500,
} as const;
export type ErrorName = keyof typeof statuses;

export const errorNames = Object.keys(statuses) as ErrorName[];

const messages: Partial<Record<ErrorName, string>> = {
  missing_api_key: 'Missing API key in the authorization header.',
  invalid_api_key: 'API key is invalid.',
  not_found: 'The requested endpoint does not exist.',
  method_not_allowed: 'Method is not allowed for the requested path.',
  invalid_idempotency_key: 'The key must be between 1-256 chars.',
  invalid_idempotent_request: 'Same idempotency key used with a different request payload.',
  concurrent_idempotent_requests: 'Same idempotency key used while original request is still in progress.',
  rate_limit_exceeded:
    'Too many requests. Please limit the number of requests per second, or contact support to increase rate limit.',
  daily_quota_exceeded: 'You have reached your daily email sending quota.',
  monthly_quota_exceeded: 'You have reached your monthly email sending quota.',
  application_error: 'An unexpected error occurred.',
  internal_server_error: 'An unexpected error occurred.',
};

/** @param status for a name that is used with several */
export function refusal(
  name: ErrorName,
  message = messages[name] ?? 'The request was refused.',
  status: number = statuses[name],
): Answer {
  return { status, body: { statusCode: status, name, message } };
}

/** This response comes from the gateway before the API, and is not JSON. */
export const withoutUserAgent: Answer = {
  status: 403,
  headers: { 'content-type': 'text/plain' },
  body: 'error code: 1010',
};

/** The usual name of a response with this status. */
export function refusalOfStatus(status: number, name?: ErrorName): Answer {
  const usual = errorNames.find((known) => statuses[known] === status && known !== 'invalid_idempotency_key');
  if (status === 429 && name === undefined) return refusal('rate_limit_exceeded');
  return refusal(name ?? usual ?? (status < 500 ? 'validation_error' : 'application_error'), undefined, status);
}
