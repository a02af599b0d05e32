import { type FailureCatalogue, type Receipt, referenceFields, type ReturnedReference } from '#libs/providers';
import { toReceipt } from '../webhook/twilio.receipts.policy.ts';

/** The fields of a message resource that show what became of it. */
export interface FetchedText {
  sid: string;
  status: string;
  errorCode: number | null;
  to: string;
  from: string | null;
  messagingServiceSid: string | null;
}

/**
 * What a message resource says about the end of a text: the receipts that its callbacks would have made. None: it is on
 * its way. A text that was read was delivered before.
 */
export function endsIn(
  { sid, status, errorCode, to, from, messagingServiceSid }: FetchedText,
  reference: ReturnedReference,
  failures: FailureCatalogue,
  hashKey: string,
): Receipt[] {
  const params = {
    MessageSid: sid,
    To: to,
    ...(errorCode !== null && { ErrorCode: String(errorCode) }),
    ...(from !== null && { From: from }),
    ...(messagingServiceSid !== null && { MessagingServiceSid: messagingServiceSid }),
  };
  const query = referenceFields(reference);
  return (status === 'read' ? ['delivered', 'read'] : [status]).flatMap((each) => {
    const receipt = toReceipt({ ...params, MessageStatus: each }, query, failures, hashKey);
    return receipt && (receipt.final || each === 'read') ? [{ ...receipt, source: 'lookup' as const }] : [];
  });
}
