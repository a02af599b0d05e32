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

/** Reports a message's events as the provider does. */
export interface WebhookTeller<M extends SandboxMessage = SandboxMessage> {
  report(notice: Notice<M>): void;
  /** Posts one event with any fields, once; undefined where there is no URL to post to. */
  tellFreely(message: M, free: FreeFields): Promise<WebhookResponse | undefined>;
}

/** The provider's own suppression lists. */
export interface ListKeeper<M extends SandboxMessage = SandboxMessage> {
  /** An event may add its recipient to a list. */
  onFact(message: M, index: number): void;
  /** Why a message must not be sent; undefined: it may be. */
  against(message: M): SuppressedRecipientReason | undefined;
  forget(): void;
}

/** A person who replies. */
export interface ReplySender {
  receive(reply: never): Promise<Answer>;
}

/** The running parts of a simulator. */
export interface SimulatorParts<M extends SandboxMessage = SandboxMessage> {
  controllers: readonly Type[];
  services: readonly NestProvider[];
  webhooks: Type<WebhookTeller<M>>;
  lists?: Type<ListKeeper<M>>;
  replies?: Type<ReplySender>;
  /** What else is deleted when the inbox is cleared. */
  forgets?: Type<{ forget(): void }>;
}

/** What the local system needs to know about a simulator, so that a service uses it in place of the provider. */
export interface LocalUse {
  /** New keys and secrets by name; generated once for a system, without access to anything outside it. */
  readonly secrets: () => Record<string, string>;
  /** The settings of the channel's service. */
  readonly service: (secrets: Readonly<Record<string, string>>, sandboxUrl: string) => Record<string, string>;
  /** The settings of the sandbox. `env`: the user's own; `serviceUrl`: the URL of the channel's service. */
  readonly sandbox: (
    secrets: Readonly<Record<string, string>>,
    around: { env: Readonly<Record<string, string | undefined>>; serviceUrl: string },
  ) => Record<string, string>;
}

/** How the page presents a provider. */
export interface SimulatorOnPage {
  icon: 'mail' | 'phone';
  /** The name of its webhook. */
  callback: string;
  /** Fields that a callback by hand usually has. */
  usualCallback: Readonly<Record<string, unknown>>;
}

/**
 * A simulated provider. `simulators/<name>/index.ts` exports it, `simulators/catalogue.ts` lists it. The core knows
 * nothing else about a provider.
 */
export interface ProviderSimulator<M extends SandboxMessage = SandboxMessage> {
  readonly name: string;
  readonly label: string;
  readonly channel: Channel;
  /** Its environment variables. */
  readonly settings: Readonly<Record<string, z.ZodType>>;
  readonly apis: readonly SimulatedApi[];
  /** Larger bodies are refused, in bytes. Unset: the sandbox's own limit. */
  readonly mostBytes?: number;
  /** Fields of a fault that only this provider has. */
  readonly faultFields: Readonly<Record<string, z.ZodType>>;
  /** A response with this status in the provider's form. `now`: ms since 1970. */
  refusalOf(status: number, now: number, fault: Partial<Fault>): Answer;
  /** The status of a request without a handler, where it is not the usual one. */
  unroutedStatus?(path: string, status: number): number;
  /** The settings of its account. */
  readonly account: { schema: z.ZodObject; standard(config: CoreConfig): Record<string, unknown> };
  /** The events of a message, by its recipient. `delayMs`: between two events. */
  readonly stepsOf: (this: void, message: StoredMessage<M>, delayMs: number) => readonly Step[];
  /** The changes of a message by an event. */
  changesBy(message: M, index: number): Partial<M>;
  /** The fields that the control API shows besides the common ones. */
  viewOf(message: M): Record<string, unknown>;
  htmlOf?(message: M): string | null;
  /** The fields of a reply, where people can reply. */
  readonly reply?: z.ZodType;
  readonly page: SimulatorOnPage;
  readonly local: LocalUse;
  load(): Promise<SimulatorParts<M>>;
}

/** A simulator with its running parts. */
export interface RunningSimulator {
  simulator: ProviderSimulator;
  parts: SimulatorParts;
}
