import type { Finding, ProviderCheck } from '#libs/providers';
import { Controller, Get, Inject, Injectable, Res } from '@nestjs/common';
import type { FastifyReply } from 'fastify';

export type CheckState = {
  status: 'ok' | 'degraded' | 'down' | 'refused' | 'unreachable';
  meaning?: string;
  remedy?: string;
  warnings?: readonly Finding[];
};
export type Check = () => Promise<CheckState>;

export interface HealthReport {
  /** degraded: still ready, but something does not work; its check names it with a remedy. */
  status: 'ok' | 'degraded' | 'down';
  checks: Record<string, CheckState>;
}

/** What the service depends on. `vital` ones decide over readiness; the others only degrade it. */
@Injectable()
export class Health {
  private readonly vital = new Map<string, Check>();
  private readonly other = new Map<string, Check>();

  addVital(name: string, check: Check): void {
    this.vital.set(name, check);
  }

  /** Something that may be wrong while the service works. */
  addConcern(name: string, look: () => { meaning: string; remedy: string } | undefined): void {
    this.other.set(name, () => {
      const concern = look();
      return Promise.resolve(concern ? { status: 'degraded', ...concern } : { status: 'ok' });
    });
  }

  addProvider(name: string, check: () => Promise<ProviderCheck>): void {
    this.other.set(
      `provider:${name}`,
      cached(async () => {
        const { state, ...words } = await check();
        return { status: state, ...words };
      }, 60_000),
    );
  }

  /** What a person should know about the providers once the service runs, as lines for the log. */
  async concerns(): Promise<{ check: string; finding?: string; seen: string; remedy: string }[]> {
    const states = Object.entries(await resolve(this.other));
    return states.flatMap(([check, { status, meaning = status, remedy = '', warnings = [] }]) => [
      ...(status === 'ok' ? [] : [{ check, seen: meaning, remedy }]),
      ...warnings.map(({ id, seen, remedy = '' }) => ({ check, finding: id, seen, remedy: remedy })),
    ]);
  }

  async report(): Promise<HealthReport> {
    const vital = await resolve(this.vital);
    const other = await resolve(this.other);
    const failed = (checks: Record<string, CheckState>) => Object.values(checks).some((check) => check.status !== 'ok');
    return { status: failed(vital) ? 'down' : failed(other) ? 'degraded' : 'ok', checks: { ...vital, ...other } };
  }
}

async function resolve(checks: Map<string, Check>): Promise<Record<string, CheckState>> {
  const entries = [...checks].map(
    async ([name, check]) => [name, await check().catch((): CheckState => ({ status: 'down' }))] as const,
  );
  return Object.fromEntries(await Promise.all(entries));
}

/** Calls it at most once in `forMs`, so that probes do not load the provider. */
export function cached(check: Check, forMs: number): Check {
  let known: { at: number; state: Promise<CheckState> } | undefined;
  return () => {
    if (!known || performance.now() - known.at > forMs) known = { at: performance.now(), state: check() };
    return known.state;
  };
}

@Controller('health')
export class HealthController {
  constructor(@Inject(Health) private readonly health: Health) {}

  /** The process responds. Nothing else is checked, because a restart would not help. */
  @Get('live')
  live(): { status: 'ok' } {
    return { status: 'ok' };
  }

  /** 200 when it can work (a provider that is down degrades it), else 503. */
  @Get('ready')
  async ready(@Res() reply: FastifyReply): Promise<void> {
    const report = await this.health.report();
    await reply.status(report.status === 'down' ? 503 : 200).send(report);
  }
}
