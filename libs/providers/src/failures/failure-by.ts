import { ownFailure } from './failure-catalogue.ts';
import { RecordRefused, UnreadableRecord, type Failure } from '#libs/contracts';

/** What is reported of a message that was under way when this error stopped it: nothing goes again by itself. */
export function failureBy(error: unknown): Failure {
  if (error instanceof RecordRefused) {
    return ownFailure(
      'MSG_RECORD_REFUSED',
      'transient',
      'never',
      'What the platform had to pass on about this message breaks its own rules or is larger than Kafka takes, ' +
        'so it goes no further.',
    );
  }
  if (error instanceof UnreadableRecord) {
    const meaning = 'What one service of the platform handed to another about this message cannot be read.';
    return ownFailure(
      'MSG_HANDOVER_UNREADABLE',
      'transient',
      'never',
      meaning,
      error.fields.length > 0 ? { fields: error.fields } : {},
    );
  }
  return ownFailure(
    'MSG_HANDLER_BUG',
    'transient',
    'never',
    'The platform has a fault that this message brought out, so it was not sent.',
  );
}
