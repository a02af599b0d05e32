import { z } from 'zod';
import { OperationId } from './operation.ts';
import { Channel, Instant, Lane, ProviderName, Tenant } from '../request/primitives.ts';
import { oneLine } from '../text/text.ts';

/** No more controls than this are in force at a time: each claim reads all of them. */
export const MOST_CONTROLS = 500;

const TemplateName = oneLine(100).min(1).describe('Its name, as requests have it.');

/** What a pause is about. */
export const ControlTarget = z.discriminatedUnion('kind', [
  z.looseObject({ kind: z.literal('provider'), channel: Channel, provider: ProviderName }),
  z.looseObject({ kind: z.literal('channel'), channel: Channel }),
  z.looseObject({
    kind: z.literal('lane'),
    lane: Lane,
    channel: Channel.optional().describe('Left out: the lane of every channel.'),
  }),
  z.looseObject({ kind: z.literal('tenant'), tenant: Tenant }),
  z.looseObject({ kind: z.literal('template'), template: TemplateName }),
]);
export type ControlTarget = z.infer<typeof ControlTarget>;

/** Which messages a cancellation by filter is about: those for which every field that is given holds. */
export const CancelRule = z.looseObject({
  channel: Channel.optional(),
  tenant: Tenant.optional(),
  tag: oneLine(64).min(1).optional().describe('One of the tags of the message.'),
  template: TemplateName.optional(),
  recipient: z.string().optional().describe('Keyed hash of one of its recipients.'),
  requestedUpTo: Instant.describe('Only what was requested up to then.'),
});
export type CancelRule = z.infer<typeof CancelRule>;

const everyControl = {
  eventId: z.string(),
  seq: z.number().int().positive().describe('Raised with each change of one key: a lower one changes nothing.'),
  operationId: OperationId.describe('The operation that made this change.'),
  by: z.string().describe('Who made it: key:<id>, oidc:<subject>.'),
  reason: oneLine(200).describe('Why, in the words of who made it. No personal data: it shows in timelines.'),
  at: Instant.describe('When it was made.'),
};

/** Messages, or the calls of one provider, are kept back, or no longer. */
export const PauseChanged = z.looseObject({
  kind: z.literal('pause'),
  target: ControlTarget,
  state: z.enum(['on', 'off']),
  until: Instant.optional().describe('It ends by itself then; missing: when it is resumed.'),
  ...everyControl,
});
export type PauseChanged = z.infer<typeof PauseChanged>;

/** Messages are not sent any more, by filter; or they are again. */
export const CancelRuleChanged = z.looseObject({
  kind: z.literal('cancel'),
  rule: CancelRule,
  ruleId: OperationId.optional().describe('The operation that made the rule; missing: the one of this change.'),
  state: z.enum(['on', 'off']).optional().describe('off: withdrawn. What it has ended stays ended. Missing: on.'),
  until: Instant.describe('Nothing that it is about can come after that: the rule is forgotten.'),
  ...everyControl,
});
export type CancelRuleChanged = z.infer<typeof CancelRuleChanged>;

/** The hold of a provider is lifted: this one, and none that has taken its place. */
export const LiftChanged = z.looseObject({
  kind: z.literal('lift'),
  holdId: z.string(),
  channel: Channel.optional().describe('Whose hold it is; missing: any channel that has it lifts it.'),
  ...everyControl,
});
export type LiftChanged = z.infer<typeof LiftChanged>;

/** A standing word of an operator: the value of `messaging.control.changed`. Holds neither address nor content. */
export const ControlChanged = z.discriminatedUnion('kind', [PauseChanged, CancelRuleChanged, LiftChanged]);
export type ControlChanged = z.infer<typeof ControlChanged>;

/** The key of a pause: `pause:provider:email:sendgrid`, `pause:lane:*:bulk`. */
export function pauseKey(target: ControlTarget): string {
  switch (target.kind) {
    case 'provider':
      return `pause:provider:${target.channel}:${target.provider}`;
    case 'channel':
      return `pause:channel:${target.channel}`;
    case 'lane':
      return `pause:lane:${target.channel ?? '*'}:${target.lane}`;
    case 'tenant':
      return `pause:tenant:${target.tenant}`;
    case 'template':
      return `pause:template:${target.template}`;
  }
}

/** The key under which the compacted topic keeps the latest state of a control. */
export function controlKey(control: ControlChanged): string {
  switch (control.kind) {
    case 'pause':
      return pauseKey(control.target);
    case 'cancel':
      return `cancel:${control.ruleId ?? control.operationId}`;
    case 'lift':
      return `lift:${control.holdId}`;
  }
}

/** Whether a control is switched on; by its end it may be over. */
export function isOn(control: ControlChanged): boolean {
  switch (control.kind) {
    case 'pause':
      return control.state === 'on';
    case 'cancel':
      return control.state !== 'off';
    case 'lift':
      return false;
  }
}

/** A message as far as controls are about it. */
export interface ControlledMessage {
  channel: Channel;
  lane: Lane;
  tenant: string;
  /** The names of the templates that its request uses. */
  templates: readonly string[];
  tags: readonly string[];
  /** Keyed hashes. */
  recipients: readonly string[];
  /** In ms since 1970. */
  requestedAt: number;
}

/** The names of the templates that a request uses. */
export function templatesOf(request: Record<string, unknown>): string[] {
  return [request['template'], request['contentTemplate']].flatMap((given) => {
    const name = typeof given === 'object' && given !== null ? (given as { name?: unknown }).name : undefined;
    return typeof name === 'string' ? [name] : [];
  });
}

/** Whether a pause keeps a message back. That of a provider keeps calls back, and no message that can go elsewhere. */
export function isPausedBy(target: ControlTarget, message: ControlledMessage): boolean {
  switch (target.kind) {
    case 'provider':
      return false;
    case 'channel':
      return target.channel === message.channel;
    case 'lane':
      return target.lane === message.lane && (target.channel ?? message.channel) === message.channel;
    case 'tenant':
      return target.tenant === message.tenant;
    case 'template':
      return message.templates.includes(target.template);
  }
}

/** Whether a rule cancels a message. */
export function isCancelledBy(rule: CancelRule, message: ControlledMessage): boolean {
  const { channel, tenant, tag, template, recipient, requestedUpTo } = rule;
  return (
    message.requestedAt <= Date.parse(requestedUpTo) &&
    (channel === undefined || channel === message.channel) &&
    (tenant === undefined || tenant === message.tenant) &&
    (tag === undefined || message.tags.includes(tag)) &&
    (template === undefined || message.templates.includes(template)) &&
    (recipient === undefined || message.recipients.includes(recipient))
  );
}

/** What a message waits for that these pauses keep back: none of them may be in force. In any order the same key. */
export const pausedKey = (keys: readonly string[]): string => `paused:${JSON.stringify([...new Set(keys)].toSorted())}`;

/** The pauses of such a key; undefined where it is none. */
export function readPausedKey(key: string): string[] | undefined {
  return key.startsWith('paused:') ? (JSON.parse(key.slice('paused:'.length)) as string[]) : undefined;
}

const targetWords: { [K in ControlTarget['kind']]: (target: Extract<ControlTarget, { kind: K }>) => string } = {
  provider: ({ channel, provider }) => `the provider ${provider} (${channel})`,
  channel: ({ channel }) => `the channel ${channel}`,
  lane: ({ lane, channel }) => `the lane ${lane}${channel ? ` of ${channel}` : ''}`,
  tenant: ({ tenant }) => `the tenant ${tenant}`,
  template: ({ template }) => `the template ${template}`,
};

/** A target in plain words. */
export const wordsOfTarget = (target: ControlTarget): string =>
  (targetWords[target.kind] as (of: ControlTarget) => string)(target);
