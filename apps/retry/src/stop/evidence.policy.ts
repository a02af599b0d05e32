import { type Identity, isAcceptanceRevoked, type StatusChanged } from '#libs/contracts';

/** The hop of a message of which a fact proves that a provider has it; undefined where it proves nothing. */
export function acceptedBy(fact: StatusChanged): (Identity & { hop: number }) | undefined {
  const { source, hop, messageId, tenant, channel } = fact;
  const isEvidence = source === 'receipt' || source === 'lookup';
  return isEvidence && !isAcceptanceRevoked(fact) && hop !== undefined && messageId !== undefined
    ? { tenant, channel, messageId, hop }
    : undefined;
}
