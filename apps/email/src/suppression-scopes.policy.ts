import type { Mailbox } from '#libs/contracts';
import type { SuppressionScopes } from '#libs/delivery';
import type { EmailMessage } from './email-message.ts';

type Kind = 'to' | 'cc' | 'bcc';

/**
 * The suppressions that apply to a mail: those of everything, of its category, of its topic, and of its provider’s
 * list.
 */
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
 * The mail for some of its recipients. A mail needs a visible recipient: where nobody in `to` is left, those in cc move
 * there. Hidden recipients (bcc) must not see each other, so several of them alone are not sent to.
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
