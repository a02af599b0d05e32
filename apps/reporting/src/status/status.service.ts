import { Channel, OperatingService } from '#libs/contracts';
import { type CheckState, Health, type HealthReport } from '#libs/runtime';
import { HttpException, Inject, Injectable } from '@nestjs/common';
import type { Caller } from '../access/caller.policy.ts';
import { ControlTable } from '../controls/controls.port.ts';
import { InternalServices } from '../internal/internal-services.port.ts';
import { OperationsService } from '../operations/operations.service.ts';
import { concernsOf } from './concerns.policy.ts';
import { StatusFigures } from './figures.port.ts';
import { Lags } from './lag.port.ts';
import type { Concern, StatusReport } from './responses.ts';

const MOST = 100;

/** One picture of what stands still. */
@Injectable()
export class StatusService {
  constructor(
    @Inject(InternalServices) private readonly services: InternalServices,
    @Inject(Health) private readonly health: Pick<Health, 'report'>,
    @Inject(Lags) private readonly lags: Lags,
    @Inject(StatusFigures) private readonly figures: StatusFigures,
    @Inject(ControlTable) private readonly controls: Pick<ControlTable, 'list'>,
    @Inject(OperationsService) private readonly operations: Pick<OperationsService, 'list'>,
  ) {}

  /** What cannot be asked is shown as such. @throws InfrastructureDown where PostgreSQL cannot be reached */
  async read(caller: Caller): Promise<StatusReport> {
    const [services, lag, holds, waiting, figures, controls, operations] = await Promise.all([
      this.readiness(),
      this.lags.all().catch(() => undefined),
      this.holds(),
      this.orNull<StatusReport['waiting']>('retry', 'waiting'),
      this.figures.read(),
      this.controls.list({ tenants: undefined, ended: false, after: undefined, limit: MOST }),
      this.operations.list(caller, { limit: MOST }),
    ]);
    const status = {
      services,
      lag: lag ?? [],
      holds,
      waiting,
      ...figures,
      pauses: controls.flatMap(({ key, value }) =>
        value.kind === 'pause' ? [{ key, reason: typeof value.reason === 'string' ? value.reason : null }] : [],
      ),
      operations: operations.items
        .filter(({ state }) => !['done', 'failed', 'stopped'].includes(state))
        .map(({ operationId, kind, state, missing }) => ({ operationId, kind, state, missing })),
    };
    const concerns = [...(lag ? [] : [lagIsNotKnown]), ...concernsOf(status)];
    return { needsHands: concerns.length > 0, concerns, ...status };
  }

  private async readiness(): Promise<StatusReport['services']> {
    const own = await this.health.report();
    const others = await Promise.all(
      OperatingService.options.map(async (service) => {
        const each = await this.services.askEach<HealthReport & { replica: string }>(service, readiness);
        return each.map(({ address, answer: report }) => {
          if (!report) return { service, address, replica: null, status: 'away' as const, checks: [] };
          return { service, address, replica: report.replica, status: report.status, checks: amissIn(report) };
        });
      }),
    );
    const here = { service: 'reporting', address: null, replica: 'this one', status: own.status };
    return [...others.flat(), { ...here, checks: amissIn(own) }];
  }

  private async holds(): Promise<StatusReport['holds']> {
    const answers = await Promise.all(
      Channel.options.map((channel) =>
        this.orNull<{ holds: (StatusReport['holds'][number] & { state: string })[] }>(channel, 'holds'),
      ),
    );
    return answers
      .flatMap((answer) => answer?.holds ?? [])
      .filter(({ state }) => state === 'held')
      .map(({ channel, provider, scope, code, leftMs }) => ({ channel, provider, scope, code, leftMs }));
  }

  /** Null where the service does not answer. */
  private async orNull<T>(service: OperatingService, path: string): Promise<T | null> {
    try {
      return await this.services.ask<T>(service, { method: 'GET', path });
    } catch (error) {
      if (error instanceof HttpException) return null;
      throw error;
    }
  }
}

const readiness = { method: 'GET', path: 'readiness' } as const;

const lagIsNotKnown: Concern = {
  about: 'lag',
  says: 'lag is not known: Kafka cannot be asked, or lacks a topic (messaging topics plan)',
};

/** The checks that are not as they should be. */
const amissIn = ({ checks }: HealthReport): StatusReport['services'][number]['checks'] =>
  Object.entries<CheckState>(checks)
    .filter(([, { status }]) => status !== 'ok')
    .map(([name, { status, meaning = status, remedy = '' }]) => ({ name, status, meaning, remedy }));
