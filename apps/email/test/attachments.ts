import { type FetchedFile, type FetchLimits, type FileFacts, Files } from '#libs/provider-http';
import { AttachmentsService } from '../src/attachments/attachments.service.ts';
import type { AttachmentConfig } from '../src/attachments/attachments.config.ts';

type Known = (url: string, limits: FetchLimits) => FetchedFile | Promise<FetchedFile>;

class KnownFiles extends Files {
  private readonly known: Known;

  constructor(known: Known) {
    super();
    this.known = known;
  }

  fetch(url: string, limits: FetchLimits): Promise<FetchedFile> {
    return Promise.resolve(this.known(url, limits));
  }

  look(): Promise<FileFacts | undefined> {
    return Promise.resolve(undefined);
  }
}

/** Attachments from files that the test provides. */
export function attachmentsFrom(
  known: Known = () => ({ fetched: false, fault: 'missing' }),
  config: Partial<AttachmentConfig> = {},
): AttachmentsService {
  return new AttachmentsService(new KnownFiles(known), {
    ATTACHMENT_MAX_BYTES: 1_000,
    ATTACHMENT_TIMEOUT_MS: 1_000,
    ATTACHMENT_MAILS: 2,
    ...config,
  });
}
