import type { Provider } from '#libs/providers';
import type { Logger } from '#libs/telemetry';
import type { ChannelPort } from '../channel.port.ts';
import type { Clock } from '../clock.ts';
import type { Ledger } from '../delivery.ts';
import type { OutcomePublisher } from '../publish/outcome-publisher.service.ts';
import type { QuietHours } from '../quiet/quiet-hours.ts';
import type { RoutingService } from '../route/routing.service.ts';
import type { Coalescer } from '../send/coalescer.service.ts';

/** What the channel itself has to say about a message. */
export type ChannelRules<M> = Pick<
  ChannelPort<unknown, M>,
  'refuse' | 'screen' | 'keepResendPlan' | 'suppressionScopesOf' | 'only' | 'scopeOf'
>;

/** What the steps of the pipeline work with. */
export interface Tools<M> {
  providers: readonly Provider<M>[];
  channel: ChannelRules<M> | undefined;
  routing: Pick<RoutingService<M>, 'acquire' | 'isOpenElsewhere' | 'keyOf'>;
  coalescer: Coalescer<M>;
  /** Providers whose answers 5xx are taken as refusals. */
  refusing5xx: ReadonlySet<string>;
  /** When messages are not sent; undefined: at any time. */
  quietHours: Pick<QuietHours, 'of'> | undefined;
  ledger: Ledger;
  outcomes: Pick<OutcomePublisher, 'publishAll'>;
  /** How long a claim protects its holder, in milliseconds. */
  leaseMs: number;
  /** The part of the lease that must be left when a request is written, in milliseconds. */
  guardMs: number;
  clock: Clock;
  logger: Logger;
  /** Postgres or Kafka away is no outcome: the step is repeated until it is back. @throws Stopping */
  untilUp: <T>(step: () => Promise<T>) => Promise<T>;
}
