import type { FetchedFile, FileFault } from '#libs/provider-http';
import type { EmailMessage } from '../email-message.ts';

type Attachment = NonNullable<EmailMessage['attachments']>[number];
type Fitted = { fits: true; attachment: Attachment } | { fits: false; fault: FileFault };

/** An HTML page in place of another file is usually a sign-in or error page with status 200. */
const PAGE = 'text/html';

/** The attachment with its content. The media type in the request wins, because servers often send a generic one. */
export function withFile({ url: _, ...attachment }: Attachment, file: FetchedFile): Fitted {
  if (!file.fetched) return { fits: false, fault: file.fault };
  const { contentType } = attachment;
  if (file.type === PAGE && contentType !== undefined && contentType.toLowerCase() !== PAGE)
    return { fits: false, fault: 'unusable' };
  const type = contentType ?? file.type;
  return {
    fits: true,
    attachment: {
      ...attachment,
      content: file.content.toString('base64'),
      ...(type !== undefined && { contentType: type }),
    },
  };
}
