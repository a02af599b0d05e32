import type { Channel } from '#libs/contracts';
import type { Pool } from '#libs/persistence';
import { LOGGER, POOL, STOPPING } from '#libs/runtime';
import type { Logger } from '#libs/telemetry';
import { ChannelPort } from '../channel.port.ts';
import { type DeliveryConfig, deliveryConfig } from '../delivery.config.ts';
import { ConfiguredProviders } from '../provider/configured-providers.ts';
import { breakerLimitsOf } from './health/health.config.ts';
import { ProviderHealth } from './health/provider-health.ts';
import { senderRatesOf } from './permits/permits.config.ts';
import { Permits } from './permits/permits.service.ts';
import { ReplicaShare } from './permits/replica-share.ts';
import { SenderReservations } from './reservations/sender-reservations.port.ts';
import { PostgresSenderReservations } from './reservations/sender-reservations.store.ts';
import { RoutingService } from './routing.service.ts';
import type { FactoryProvider } from '@nestjs/common';

/** What decides by which provider a message goes, and when. */
export const routeParts = (channel: Channel): FactoryProvider[] => [
  {
    provide: SenderReservations,
    inject: [POOL],
    useFactory: (pool: Pool) => new PostgresSenderReservations(pool, channel),
  },
  {
    provide: Permits,
    inject: [SenderReservations, ConfiguredProviders, deliveryConfig.KEY, LOGGER, STOPPING],
    useFactory: (
      reservations: SenderReservations,
      { rates }: ConfiguredProviders<unknown>,
      config: DeliveryConfig,
      logger: Logger,
      stopping: AbortSignal,
    ) =>
      new Permits({
        providerRates: rates,
        tenantRatePerS: config.TENANT_RATE_PER_S,
        senderRates: senderRatesOf(config),
        reservations,
        reservationMs: config.SENDER_RESERVATION_MS,
        burstMs: config.PERMIT_BURST_MS,
        maxWaitMs: config.PERMIT_MAX_WAIT_MS,
        stopping,
        onError: (err) => logger.warn({ err }, 'the rate of a sender cannot be asked for'),
      }),
  },
  { provide: ReplicaShare, inject: [Permits], useFactory: (permits: Permits) => new ReplicaShare(permits) },
  {
    provide: ProviderHealth,
    inject: [ConfiguredProviders, deliveryConfig.KEY, LOGGER, STOPPING],
    useFactory: (
      { adapters }: ConfiguredProviders<unknown>,
      config: DeliveryConfig,
      logger: Logger,
      stopping: AbortSignal,
    ) =>
      new ProviderHealth({
        providers: adapters.map(({ name }) => name),
        limits: breakerLimitsOf(config),
        calls: config.BULKHEAD_CALLS,
        stopping,
        onChange: (provider, state) => logger.warn({ provider, state }, 'a provider’s circuit has changed'),
      }),
  },
  {
    provide: RoutingService,
    inject: [ChannelPort, Permits, ProviderHealth, deliveryConfig.KEY],
    useFactory: (
      channel: ChannelPort<unknown, unknown>,
      permits: Permits,
      health: ProviderHealth,
      config: DeliveryConfig,
    ) =>
      new RoutingService<unknown>({
        providers: channel.providers,
        permits,
        health,
        holdMs: config.PERMIT_HOLD_MS,
        senderOf: (message) => channel.senderOf(message),
        boundTo: (message) => channel.boundTo(message),
      }),
  },
];
