import type { Channel } from '#libs/contracts';
import { LOGGER, made, POOL, STOPPING } from '#libs/runtime';
import { ChannelPort } from '../channel.port.ts';
import { deliveryConfig } from '../delivery.config.ts';
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

const config = deliveryConfig.KEY;

/** What decides by which provider a message goes, and when. */
export const routeParts = (channel: Channel): FactoryProvider[] => [
  made(SenderReservations, { pool: POOL }, ({ pool }) => new PostgresSenderReservations(pool, channel)),
  made(
    Permits,
    {
      reservations: SenderReservations,
      configured: ConfiguredProviders,
      logger: LOGGER,
      stopping: STOPPING,
      config,
    },
    ({ reservations, configured, logger, stopping, config }) =>
      new Permits({
        providerRates: configured.rates,
        tenantRatePerS: config.TENANT_RATE_PER_S,
        senderRates: senderRatesOf(config),
        reservations,
        reservationMs: config.SENDER_RESERVATION_MS,
        burstMs: config.PERMIT_BURST_MS,
        maxWaitMs: config.PERMIT_MAX_WAIT_MS,
        stopping,
        onError: (err) => logger.warn({ err }, 'the rate of a sender cannot be asked for'),
      }),
  ),
  made(ReplicaShare, { permits: Permits }, ({ permits }) => new ReplicaShare(permits)),
  made(
    ProviderHealth,
    { configured: ConfiguredProviders, logger: LOGGER, stopping: STOPPING, config },
    ({ configured, logger, stopping, config }) =>
      new ProviderHealth({
        providers: configured.adapters.map(({ name }) => name),
        limits: breakerLimitsOf(config),
        calls: config.BULKHEAD_CALLS,
        stopping,
        onChange: (provider, state) => logger.warn({ provider, state }, 'a provider’s circuit has changed'),
      }),
  ),
  made(
    RoutingService,
    { channel: ChannelPort, permits: Permits, health: ProviderHealth, config },
    ({ channel, permits, health, config }) =>
      new RoutingService({
        providers: channel.providers,
        permits,
        health,
        holdMs: config.PERMIT_HOLD_MS,
        senderOf: (message) => channel.senderOf(message),
        boundTo: (message) => channel.boundTo(message),
      }),
  ),
];
