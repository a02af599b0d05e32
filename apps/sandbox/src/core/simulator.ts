import type { Channel } from '#libs/contracts';
import type { Provider as NestProvider, Type } from '@nestjs/common';
import type { z } from 'zod';
import type { CoreConfig } from './config.ts';
import type { Fault } from './gate/fault.policy.ts';
import type { SimulatedApi } from './gate/request.policy.ts';
import type { SandboxMessage, Step, StoredMessage, SuppressedRecipientReason } from './inbox/message.ts';
import type { Answer } from './response.ts';
import type { FreeFields } from './webhooks/free-fields.policy.ts';
import type { Notice } from './webhooks/notice.ts';
import type { WebhookResponse } from './webhooks/webhook.adapter.ts';

/** Tells of a message's events as the provider does. */
export interface WebhookTeller<M extends SandboxMessage = SandboxMessage> {
  tell(notice: Notice<M>): void;
  /** Posts an event with whatever fields, once; undefined where there is no address to post to. */
  tellFreely(message: M, free: FreeFields): Promise<WebhookResponse | undefined>;
}

/** The provider's own suppression lists. */
export interface ListKeeper<M extends SandboxMessage = SandboxMessage> {
  /** What happens to a message may put its recipient on a list. */
  onFact(message: M, index: number): void;
  /** Why a message must not leave; undefined: it may. */
  against(message: M): SuppressedRecipientReason | undefined;
  forget(): void;
}

/** A person who answers. */
export interface ReplySender {
  receive(reply: never): Promise<Answer>;
}

/** What runs of a simulator. */
export interface SimulatorParts<M extends SandboxMessage = SandboxMessage> {
  controllers: readonly Type[];
  services: readonly NestProvider[];
  webhooks: Type<WebhookTeller<M>>;
  lists?: Type<ListKeeper<M>>;
  replies?: Type<ReplySender>;
  /** What else is forgotten when the inbox is cleared. */
  forgets?: Type<{ forget(): void }>;
}

/** What the local system has to know of a simulator, to let a service use it in place of the provider. */
export interface LocalUse {
  /** Fresh keys and secrets by name; made once for a system, and they open nothing outside it. */
  readonly secrets: () => Record<string, string>;
  /** The settings of the channel's service. */
  readonly service: (secrets: Readonly<Record<string, string>>, sandboxUrl: string) => Record<string, string>;
  /** The settings of the sandbox. `env`: the user's own; `serviceUrl`: where the channel's service is. */
  readonly sandbox: (
    secrets: Readonly<Record<string, string>>,
    around: { env: Readonly<Record<string, string | undefined>>; serviceUrl: string },
  ) => Record<string, string>;
}

/** How the page shows a provider. */
export interface SimulatorOnPage {
  icon: 'mail' | 'phone';
  /** How its webhook is called. */
  callback: string;
  /** Fields that a callback by hand usually has. */
  usualCallback: Readonly<Record<string, unknown>>;
}

/**
 * A provider that is played here. `simulators/<name>/index.ts` exports one, `simulators/catalogue.ts` lists it.
 * The core knows no more of a provider than this.
 */
export interface ProviderSimulator<M extends SandboxMessage = SandboxMessage> {
  readonly name: string;
  readonly label: string;
  readonly channel: Channel;
  /** Its environment variables. */
  readonly settings: Readonly<Record<string, z.ZodType>>;
  readonly apis: readonly SimulatedApi[];
  /** Bodies from this size on are not read, in bytes. Unset: the sandbox's own limit. */
  readonly mostBytes?: number;
  /** Fields of a fault that this provider alone knows. */
  readonly faultFields: Readonly<Record<string, z.ZodType>>;
  /** An answer with this status in its words. `now`: milliseconds of the epoch. */
  refusalOf(status: number, now: number, fault: Partial<Fault>): Answer;
  /** The status of a request for which there is no handler, where it is not the usual one. */
  unroutedStatus?(path: string, status: number): number;
  /** How its account is set up. */
  readonly account: { schema: z.ZodObject; standard(config: CoreConfig): Record<string, unknown> };
  /** What happens to a message, by what its recipient stands for. `delayMs`: between two steps. */
  readonly stepsOf: (this: void, message: StoredMessage<M>, delayMs: number) => readonly Step[];
  /** What an event changes in its message. */
  changesBy(message: M, index: number): Partial<M>;
  /** What the control API shows of a message, beside what it shows of each. */
  viewOf(message: M): Record<string, unknown>;
  htmlOf?(message: M): string | null;
  /** The form of a reply to it, where people can answer. */
  readonly reply?: z.ZodType;
  readonly page: SimulatorOnPage;
  readonly local: LocalUse;
  load(): Promise<SimulatorParts<M>>;
}

/** A simulator with what runs of it. */
export interface RunningSimulator {
  simulator: ProviderSimulator;
  parts: SimulatorParts;
}
