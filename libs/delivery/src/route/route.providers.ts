import type { Channel } from '#libs/contracts';
import { Health, Jobs, LOGGER, made, POOL, STOPPING } from '#libs/runtime';
import { ChannelPort } from '../channel.port.ts';
import { deliveryConfig } from '../delivery.config.ts';
import { ConfiguredProviders } from '../provider/configured-providers.ts';
import { systemClock } from '../clock.ts';
import { breakerLimitsOf } from './health/health.config.ts';
import { ProviderHealth } from './health/provider-health.ts';
import { HeldProviders } from './holds/held-providers.ts';
import { HoldReports } from './holds/hold-reports.service.ts';
import { holdLimitsOf } from './holds/holds.config.ts';
import { Holds } from './holds/holds.port.ts';
import { PostgresHolds } from './holds/holds.store.ts';
import { senderRatesOf } from './permits/permits.config.ts';
import { Permits } from './permits/permits.service.ts';
import { ReplicaShare } from './permits/replica-share.ts';
import { SenderReservations } from './reservations/sender-reservations.port.ts';
import { PostgresSenderReservations } from './reservations/sender-reservations.store.ts';
import { waitBudgetOf } from './routing.config.ts';
import { RoutingService } from './routing.service.ts';
import { ProviderOrders } from './order/provider-orders.service.ts';
import { VerifiedSendersService } from './senders/verified-senders.service.ts';
import { count, counters, gauges, observe } from '#libs/telemetry';
import { Publisher } from '#libs/transport';
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
        stopping,
        onError: (err) => logger.warn({ err }, 'the rate of a sender cannot be asked for'),
      }),
  ),
  made(ReplicaShare, { permits: Permits }, ({ permits }) => new ReplicaShare(permits)),
  made(
    ProviderHealth,
    { configured: ConfiguredProviders, logger: LOGGER, stopping: STOPPING, config },
    ({ configured, logger, stopping, config }) => {
      const providers = configured.adapters.map(({ name }) => name);
      const health = new ProviderHealth({
        providers,
        limits: breakerLimitsOf(config),
        calls: config.BULKHEAD_CALLS,
        stopping,
        onChange: (provider, state) => {
          count(counters.circuitChanges, {
            'mi.channel': channel,
            'mi.provider': provider,
            'mi.circuit.state': state,
          });
          logger.warn({ 'mi.provider': provider, state }, 'a provider’s circuit has changed');
        },
      });
      observe(gauges.openCircuits, () =>
        providers.map((provider) => ({
          labels: { 'mi.channel': channel, 'mi.provider': provider },
          value: Number(health.isOpen(provider)),
        })),
      );
      return health;
    },
  ),
  made(
    ProviderOrders,
    { port: ChannelPort, health: Health, jobs: Jobs, logger: LOGGER, config },
    ({ port, config, ...parts }) =>
      new ProviderOrders({ ...parts, channel, known: port.providerNames, file: config.RETRY_POLICY_FILE }),
  ),
  made(
    VerifiedSendersService,
    { configured: ConfiguredProviders, logger: LOGGER, config },
    ({ configured, logger, config }) =>
      new VerifiedSendersService({
        providers: configured.adapters,
        everyMs: config.VERIFIED_SENDERS_MS,
        logger,
      }),
  ),
  made(Holds, { pool: POOL }, ({ pool }) => new PostgresHolds(pool, channel)),
  made(
    HeldProviders,
    { configured: ConfiguredProviders, holds: Holds, logger: LOGGER, config },
    ({ configured, holds, logger, config }) =>
      new HeldProviders({
        accounts: configured.accounts,
        holds,
        limits: holdLimitsOf(config),
        clock: systemClock,
        onError: (err) => logger.warn({ err }, 'a hold counts in this replica alone: it cannot be written'),
      }),
  ),
  made(
    HoldReports,
    { configured: ConfiguredProviders, holds: Holds, held: HeldProviders, publisher: Publisher, logger: LOGGER },
    ({ configured, held, ...parts }) => {
      const inUse = [...configured.accounts].map(([provider, account]) => ({ provider, account }));
      const reports = new HoldReports({ ...parts, channel, held, inUse });
      held.onChange = (hold) => reports.onChange(hold);
      observe(gauges.heldProviders, () => {
        const lasting = held.lasting();
        return inUse.map(({ provider }) => ({
          labels: { 'mi.channel': channel, 'mi.provider': provider },
          value: lasting.filter(({ hold }) => hold.provider === provider).length,
        }));
      });
      return reports;
    },
  ),
  made(
    RoutingService,
    {
      channel: ChannelPort,
      configured: ConfiguredProviders,
      permits: Permits,
      health: ProviderHealth,
      holds: HeldProviders,
      senders: VerifiedSendersService,
      orders: ProviderOrders,
      config,
    },
    ({ channel, configured, permits, health, holds, senders, orders, config }) =>
      new RoutingService({
        providers: channel.providers,
        accounts: configured.accounts,
        permits,
        health,
        holds,
        waitMs: waitBudgetOf(config),
        senderOf: (message) => channel.senderOf(message),
        boundTo: (message) => channel.boundTo(message),
        orderOf: (lane) => orders.of(lane),
        isVerified: (provider, sender) => senders.isVerified(provider, sender),
        withSender: (message: unknown, sender, isLast): unknown => channel.withSender(message, sender, isLast),
      }),
  ),
];
