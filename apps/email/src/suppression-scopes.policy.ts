import type { Mailbox } from '#libs/contracts';
import type { SuppressionScopes } from '#libs/delivery';
import type { EmailMessage } from './email-message.ts';

type Kind = 'to' | 'cc' | 'bcc';

/** Which suppressions concern a mail: those of everything, of its category, of its topic, of its provider’s list. */
export const suppressionScopesOf = ({
  category,
  unsubscribe,
  listScope,
  past = [],
}: EmailMessage): SuppressionScopes => ({
  scopes: [
    ...(category === 'marketing' ? ['marketing'] : []),
    ...(unsubscribe?.topic ? [`topic:${unsubscribe.topic}`] : []),
    ...(listScope === undefined ? [] : [listScope]),
  ],
  past,
});

/**
 * The mail for some of its recipients. A mail needs somebody it is openly addressed to: where nobody in `to` is left,
 * those who got a copy are. Hidden recipients must not be shown to each other, so several of them alone are nobody.
 */
export function onlyTo(message: EmailMessage, goes: readonly boolean[]): EmailMessage | undefined {
  let place = 0;
  const left = (boxes: readonly Mailbox[] | undefined) => (boxes ?? []).filter(() => goes[place++] === true);
  const [to, cc, bcc] = [left(message.to), left(message.cc), left(message.bcc)];
  if (to.length > 0) return addressed(message, { to, cc, bcc });
  if (cc.length > 0) return addressed(message, { to: cc, cc: [], bcc });
  return bcc.length === 1 ? addressed(message, { to: bcc, cc: [], bcc: [] }) : undefined;
}

function addressed(
  { cc: _cc, bcc: _bcc, ...message }: EmailMessage,
  { to, cc, bcc }: Record<Kind, Mailbox[]>,
): EmailMessage {
  return { ...message, to, ...(cc.length > 0 && { cc }), ...(bcc.length > 0 && { bcc }) };
}
