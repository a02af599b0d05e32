import {
  type DeliveryConfig,
  deliveryConfig,
  OtherEvents,
  type ProviderDefinition,
  ReceiptsService,
  settingsFor,
  Suppressions,
  SuppressionsService,
  type WebhookHandler,
  type WebhookIntake,
} from '#libs/delivery';
import { type AllSettings, BodyAsBytes, LOGGER, SETTINGS } from '#libs/runtime';
import type { Logger } from '#libs/telemetry';
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

type Definitions<Services> = readonly ProviderDefinition<never, Record<string, unknown>, Services>[];

const tokenOf = (path: string) => `webhook ${path}`;

/** A controller for each webhook of a catalogue; `webhookHandlers` brings what they delegate to. */
export const webhookControllers = (catalogue: Definitions<never>): Type[] =>
  catalogue.flatMap(({ webhooks }) => webhooks).map((route) => controllerOf(route, tokenOf(route.path)));

const INTAKE = Symbol('where webhooks put what they have learned');

const intake: FactoryProvider<WebhookIntake> = {
  provide: INTAKE,
  inject: [ReceiptsService, SuppressionsService, Suppressions, OtherEvents],
  useFactory: (
    receipts: ReceiptsService,
    suppressions: SuppressionsService,
    suppressed: Suppressions,
    otherEvents: OtherEvents,
  ) => ({ receipts, suppressions, suppressed, otherEvents }),
};

/** What the controllers of `webhookControllers` need. `services`: the token of what the channel offers to webhooks. */
export const webhookHandlers = <Services>(
  catalogue: Definitions<Services>,
  services: InjectionToken<Services>,
): FactoryProvider[] => [
  intake,
  ...catalogue.flatMap((definition) =>
    definition.webhooks.map((route) => ({
      provide: tokenOf(route.path),
      inject: [SETTINGS, deliveryConfig.KEY, INTAKE, LOGGER, services],
      useFactory: (
        all: AllSettings,
        config: DeliveryConfig,
        intake: WebhookIntake,
        logger: Logger,
        offered: Services,
      ): Promise<WebhookHandler> =>
        route.handler({
          settings: settingsFor(definition, (name) => all[name]),
          services: offered,
          intake,
          logger,
          hashKey: config.RECIPIENT_HASH_KEY,
        }),
    })),
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
