import {
  type CancelRuleChanged,
  type ControlledMessage,
  isCancelledBy,
  type SendDeferred,
  type SendDue,
  templatesOf,
} from '#libs/contracts';
import { msOf } from '../instant.ts';

type Handover = Pick<
  SendDeferred | SendDue,
  'channel' | 'lane' | 'tenant' | 'request' | 'recipientHashes' | 'requestedAt' | 'attempts'
>;

/** A message as far as operators' controls are about it. */
export const controlledOf = ({
  channel,
  lane,
  tenant,
  request,
  recipientHashes = [],
  requestedAt,
}: Handover): ControlledMessage => ({
  channel,
  lane,
  tenant,
  templates: templatesOf(request),
  tags: Array.isArray(request['tags']) ? request['tags'].filter((tag) => typeof tag === 'string') : [],
  recipients: recipientHashes,
  requestedAt: msOf(requestedAt),
});

/** The rule that cancels a message; undefined: none does. */
export function ruleFor(rules: readonly CancelRuleChanged[], handover: Handover): CancelRuleChanged | undefined {
  if (rules.length === 0) return undefined;
  const message = controlledOf(handover);
  return rules.find(({ rule }) => isCancelledBy(rule, message));
}

/** An answer was lost: a provider may have the message, so nobody may say that it was cancelled. */
export const mayHaveBeenTaken = ({ attempts }: Pick<Handover, 'attempts'>): boolean =>
  attempts.some(({ failure }) => failure.kind === 'unknown');

/** Why it was cancelled, as its timeline says it. */
export const wordsOfRule = ({ by, reason }: CancelRuleChanged): string => `Cancelled by filter, by ${by}: ${reason}`;
