import type { Identity, StatusChanged } from '#libs/contracts';

/** The message of which a fact proves that a provider took it; undefined where it proves nothing. */
export function provenBy(fact: StatusChanged): Identity | undefined {
  const { source, hop, messageId, tenant, channel } = fact;
  const isEvidence = source === 'receipt' || source === 'lookup';
  return isEvidence && hop !== undefined && messageId !== undefined ? { tenant, channel, messageId } : undefined;
}
