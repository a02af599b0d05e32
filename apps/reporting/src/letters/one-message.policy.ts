import type { LetterReason, LetterState, Status } from '#libs/contracts';

/** How a message and its last dead letter stand, as far as reporting knows. */
export interface MessageNow {
  status: Status;
  final: boolean;
  letter: { state: LetterState; reason: LetterReason; expiresAt: string | null } | undefined;
}

const taken = new Set<Status>(['sent', 'delayed', 'delivered', 'bounced']);

/**
 * Why a message cannot be cancelled any more; undefined: it may be. What decides in the end is its channel’s claim,
 * and what comes of it stands in the timeline.
 */
export function whyNotCancelled({ status, final }: MessageNow): string | undefined {
  if (taken.has(status)) return `a provider has it: ${status}`;
  if (status === 'unconfirmed')
    return 'it may have been sent: a provider’s answer was lost; no other copy goes while it is looked for';
  return final ? `it has ended: ${status}` : undefined;
}

/** Why the plan of a message cannot be brought forward; undefined: it may be. */
export function whyNotBroughtForward({ status, final }: MessageNow): string | undefined {
  if (taken.has(status)) return `a provider has it: ${status}`;
  if (status === 'unconfirmed')
    return 'a provider’s answer was lost and is looked for: sent now, it could arrive twice';
  return final ? `it has ended: ${status}; if it has an open dead letter, redrive it` : undefined;
}

/** Why the dead letter of a message cannot be redriven; undefined: it may be. @param nowMs in milliseconds */
export function whyNotRedriven(
  { status, letter }: MessageNow,
  wanted: { includeUnconfirmed: boolean; expiresAt?: string | undefined },
  nowMs: number,
): string | undefined {
  if (!letter) return 'it has no dead letter: it was not given up';
  if (letter.state !== 'open') return `its dead letter is not open: it was ${letter.state}`;
  if (taken.has(status)) return `a provider has it: ${status}`;
  if ((letter.reason === 'unconfirmed' || status === 'unconfirmed') && !wanted.includeUnconfirmed)
    return 'a provider’s answer was lost, so it may have arrived: includeUnconfirmed sends it nevertheless';
  const expiresAt = wanted.expiresAt ?? letter.expiresAt;
  if (expiresAt !== null && Date.parse(expiresAt) <= nowMs) return 'it has expired: give it a new expiresAt';
  return undefined;
}
