import { MessagingError } from '#libs/contracts';

/** Custody cannot give a key, or what it keeps is damaged. Nothing is lost: what needs the key waits. */
export class CustodyUnavailable extends MessagingError {
  readonly code = 'MSG_CUSTODY';
  readonly stage = 'custody';
  readonly remedy: string;

  constructor(message: string, remedy: string, options?: ErrorOptions) {
    super(message, options);
    this.remedy = remedy;
  }
}
