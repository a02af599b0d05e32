import {
  deliveryConfig,
  OtherEvents,
  ReceiptsService,
  Suppressions,
  SuppressionsService,
  type WebhookIntake,
  type WebhookParts,
} from '#libs/delivery';
import { BodyAsBytes, type Gives, LOGGER, made, SETTINGS, type Token, tokenOf } from '#libs/runtime';
import { type ProviderDefinition, settingsFor, type WebhookHandler } from '#libs/providers';
import {
  Controller,
  type FactoryProvider,
  Header,
  HttpCode,
  Inject,
  type InjectionToken,
  Post,
  type RawBodyRequest,
  Req,
  type Type,
} from '@nestjs/common';
import type { FastifyRequest } from 'fastify';

type Definitions<Services> = readonly ProviderDefinition<never, Record<string, unknown>, Services, WebhookParts>[];

const handlerOf = (path: string): string & Gives<WebhookHandler> => `webhook ${path}`;

/** One controller for each webhook of a catalogue; `webhookHandlers` provides what they call. */
export const webhookControllers = (catalogue: Definitions<never>): Type[] =>
  catalogue.flatMap(({ webhooks }) => webhooks).map((route) => controllerOf(route, handlerOf(route.path)));

const INTAKE = tokenOf<WebhookIntake>('where webhooks put what they have learned');

const intake = made(
  INTAKE,
  {
    receipts: ReceiptsService,
    suppressions: SuppressionsService,
    suppressed: Suppressions,
    otherEvents: OtherEvents,
  },
  (parts) => parts,
);

/** The providers that the controllers of `webhookControllers` need. `services`: the token of the channel's services. */
export const webhookHandlers = <Services>(
  catalogue: Definitions<Services>,
  services: Token<Services>,
): FactoryProvider[] => [
  intake,
  ...catalogue.flatMap((definition) =>
    definition.webhooks.map((route) =>
      made(
        handlerOf(route.path),
        { all: SETTINGS, config: deliveryConfig.KEY, intake: INTAKE, logger: LOGGER, services },
        ({ all, config, ...parts }) =>
          route.handler({
            ...parts,
            settings: settingsFor(definition, all),
            hashKey: config.RECIPIENT_HASH_KEY,
          }),
      ),
    ),
  ),
];

interface Answer {
  path: string;
  status: number;
  contentType?: string;
}

function controllerOf({ path, status, contentType }: Answer, handler: InjectionToken): Type {
  @Controller(`webhooks/${path}`)
  class WebhookController {
    private readonly handle: WebhookHandler;

    constructor(@Inject(handler) handle: WebhookHandler) {
      this.handle = handle;
    }

    @Post()
    @BodyAsBytes()
    @HttpCode(status)
    receive(@Req() request: RawBodyRequest<FastifyRequest>): Promise<string | undefined> {
      return this.handle({
        path: request.originalUrl,
        rawBody: request.rawBody ?? Buffer.alloc(0),
        header: (name) => {
          const given = request.headers[name];
          return typeof given === 'string' ? given : undefined;
        },
      });
    }
  }
  if (contentType !== undefined) {
    const { prototype } = WebhookController;
    Header('content-type', contentType)(prototype, 'receive', Object.getOwnPropertyDescriptor(prototype, 'receive')!);
  }
  return WebhookController;
}
