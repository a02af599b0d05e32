import type { FailureRow } from './failure-row.ts';

const source = 'own runs of the providers’ libraries on Node 24.21; names of Node and undici';
const notSent = { kind: 'transient', retry: 'failover', stage: 'network', source } as const;
const mayBeSent = { kind: 'unknown', retry: 'backoff', stage: 'network', source } as const;

/**
 * Connections that broke before a response was read. What matters is whether the request was written: a row states what
 * the code alone shows, and the HTTP client, which knows what was written, decides.
 */
export const networkFailures: readonly FailureRow[] = [
  { code: 'ECONNREFUSED', ...notSent, meaning: 'Nothing listened at the provider’s address, so nothing was sent.' },
  { code: 'ENOTFOUND', ...notSent, meaning: 'The provider’s host name is unknown, so nothing was sent.' },
  { code: 'EAI_AGAIN', ...notSent, meaning: 'The name service did not answer, so nothing was sent.' },
  { code: 'UND_ERR_CONNECT_TIMEOUT', ...notSent, meaning: 'No connection to the provider came about in time, so nothing was sent.' },
  { code: 'CERT_HAS_EXPIRED', ...notSent, meaning: 'The certificate at the provider’s address has expired, so nothing was sent.', remedy: 'Nothing now. If it lasts, check the address that is configured, a proxy on the way, and the clock of the machine.' },
  { code: 'ERR_TLS_CERT_ALTNAME_INVALID', ...notSent, meaning: 'The certificate at the provider’s address belongs to another host, so nothing was sent.', remedy: 'Nothing now. If it lasts, check the address that is configured and a proxy on the way.' },
  { code: 'ECONNRESET', ...mayBeSent, meaning: 'The connection broke after the request may have been read.' },
  { code: 'ECONNABORTED', ...mayBeSent, meaning: 'No answer came in time; the request may have been taken.' },
  { code: 'ETIMEDOUT', ...mayBeSent, meaning: 'The connection or the answer took too long; unless it was the connection, the request may have been taken.' },
  { code: 'EPIPE', ...mayBeSent, meaning: 'The connection broke while the request was being written.' },
  { code: 'UND_ERR_HEADERS_TIMEOUT', ...mayBeSent, meaning: 'The provider did not begin to answer in time; it may have taken the request.' },
  { code: 'UND_ERR_BODY_TIMEOUT', ...mayBeSent, meaning: 'The provider’s answer stopped half-way; it has very likely taken the request.' },
  { code: 'UND_ERR_SOCKET', ...mayBeSent, meaning: 'The provider closed the connection; it may have taken the request.' },
  { code: 'AbortError', ...mayBeSent, meaning: 'The platform gave up waiting; the provider may have taken the request.' },
  { code: 'TimeoutError', ...mayBeSent, meaning: 'The time for the call was over; the provider may have taken the request.' },
];
