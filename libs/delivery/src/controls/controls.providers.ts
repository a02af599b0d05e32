import type { Channel } from '#libs/contracts';
import { ControlReports, Controls, kafkaConfig, LOGGER, made, POOL, PostgresControls } from '#libs/runtime';
import { HeldTopics, Publisher } from '#libs/transport';
import { ChannelPort } from '../channel.port.ts';
import { deliveryConfig } from '../delivery.config.ts';
import { ConfiguredProviders } from '../provider/configured-providers.ts';
import { HoldReports } from '../route/holds/hold-reports.service.ts';
import { carryOut } from './carry-out.ts';
import { PausedTopics } from './paused-topics.service.ts';
import type { FactoryProvider } from '@nestjs/common';

/** What a channel does about operators' controls, beside reading them with each claim. */
export const controlParts = (channel: Channel): FactoryProvider[] => [
  made(Controls, { pool: POOL }, ({ pool }) => new PostgresControls(pool, channel)),
  made(
    ControlReports,
    {
      controls: Controls,
      publisher: Publisher,
      logger: LOGGER,
      port: ChannelPort,
      configured: ConfiguredProviders,
      holds: HoldReports,
      config: deliveryConfig.KEY,
    },
    ({ controls, publisher, logger, port, configured, holds, config }) =>
      new ControlReports({
        service: channel,
        controls,
        publisher,
        logger,
        leaseMs: configured.callTimeoutMs + config.LEASE_GUARD_MS,
        carryOut: (open) => carryOut(open, { channel, providerNames: port.providerNames, holds }),
      }),
  ),
  made(
    PausedTopics,
    { controls: ControlReports, held: HeldTopics, kafka: kafkaConfig.KEY, logger: LOGGER },
    ({ kafka, ...parts }) => new PausedTopics({ ...parts, channel, prefix: kafka.KAFKA_TOPIC_PREFIX }),
  ),
];
