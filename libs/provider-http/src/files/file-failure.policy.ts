import type { Failure } from '#libs/contracts';
import { ownFailure } from '#libs/providers';
import type { FileFault } from './files.port.ts';

/**
 * The failure for a file that a message names by URL and that could not be fetched or cannot be sent.
 * @param field such as attachments[0].url
 * @param exactly the rule that it breaks, where the usual text says too little
 */
export function fileFailure(fault: FileFault, field: string, exactly?: string): Failure {
  const { failure, rule } = failures[fault];
  return { ...failure, fields: [{ field, rule: exactly ?? rule }] };
}

const failures: Readonly<Record<FileFault, { failure: Failure; rule: string }>> = {
  forbidden: {
    failure: ownFailure(
      'MSG_FILE_FORBIDDEN',
      'bad-content',
      'never',
      'The URL of a file leads to an address that nothing is fetched from, so nothing was sent.',
    ),
    rule: 'must lead, by https and without user name or password, to a public address',
  },
  missing: {
    failure: ownFailure(
      'MSG_FILE_MISSING',
      'bad-content',
      'never',
      'The server of a file does not give it out, so nothing was sent.',
    ),
    rule: 'must be answered with status 200',
  },
  'too-large': {
    failure: ownFailure(
      'MSG_FILE_TOO_LARGE',
      'bad-content',
      'never',
      'The files of the message are larger than is allowed, so nothing was sent.',
    ),
    rule: 'must lead to a file that is small enough',
  },
  unusable: {
    failure: ownFailure(
      'MSG_FILE_UNUSABLE',
      'bad-content',
      'never',
      'What came from the URL of a file is not that file, so nothing was sent.',
    ),
    rule: 'must lead to the file itself, of the type that the request says',
  },
  unreachable: {
    failure: ownFailure(
      'MSG_FILE_UNREACHABLE',
      'transient',
      'failover',
      'A file of the message could not be fetched in time, so nothing was sent.',
    ),
    rule: 'must be answered in time',
  },
};
