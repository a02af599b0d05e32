import type { CallReference } from '#libs/providers';
import type { Failure } from '#libs/contracts';
import { brokenCallFailure, CallBroken, type FetchedFile, fileFailure, type Files } from '#libs/provider-http';
import { Bulkhead } from '#libs/delivery';
import type { EmailMessage } from '../email-message.ts';
import type { AttachmentConfig } from './attachments.config.ts';
import { withFile } from './fetched.policy.ts';

type Attachment = NonNullable<EmailMessage['attachments']>[number];
export type Completed = { complete: true; message: EmailMessage } | { complete: false; failure: Failure };

/** Fetches the files that an e-mail names by URL, for a provider that accepts content only. */
export class AttachmentsService {
  private readonly places: Bulkhead;

  constructor(
    private readonly files: Files,
    private readonly config: AttachmentConfig,
  ) {
    this.places = new Bulkhead(config.ATTACHMENT_MAILS);
  }

  /** `send` gets the e-mail with its files, which are held in memory until it resolves. */
  carry<T>(
    provider: string,
    message: EmailMessage,
    reference: CallReference,
    send: (completed: Completed) => Promise<T>,
  ): Promise<T> {
    if (!message.attachments?.some(({ url }) => url !== undefined)) return send({ complete: true, message });
    return this.fetchAndCarry(provider, message, reference, send);
  }

  private async fetchAndCarry<T>(
    provider: string,
    message: EmailMessage,
    { lane }: CallReference,
    send: (completed: Completed) => Promise<T>,
  ): Promise<T> {
    const started = performance.now();
    if (!(await this.places.take(lane, this.config.ATTACHMENT_TIMEOUT_MS))) {
      return send({ complete: false, failure: brokenCallFailure(provider, new CallBroken('MSG_NOT_STARTED', false)) });
    }
    try {
      return await send(await this.complete(message, started + this.config.ATTACHMENT_TIMEOUT_MS));
    } finally {
      this.places.give();
    }
  }

  /** @param until on the clock of performance.now() */
  private async complete(message: EmailMessage, until: number): Promise<Completed> {
    let left = this.config.ATTACHMENT_MAX_BYTES;
    const attachments: Attachment[] = [];
    for (const [index, attachment] of message.attachments!.entries()) {
      const file = await this.fileOf(attachment, left, until);
      const fitted = file ? withFile(attachment, file) : { fits: true as const, attachment };
      if (!fitted.fits) return { complete: false, failure: fileFailure(fitted.fault, `attachments[${index}].url`) };
      if (file?.fetched) left -= file.content.length;
      attachments.push(fitted.attachment);
    }
    return { complete: true, message: { ...message, attachments } };
  }

  private async fileOf({ url }: Attachment, mostBytes: number, until: number): Promise<FetchedFile | undefined> {
    return url === undefined ? undefined : this.files.fetch(url, { mostBytes, withinMs: until - performance.now() });
  }
}
