import { startHost, stopHost } from '../../test/setup/host.ts';
import type { Closers } from './closers.ts';

/** What the bench stands on. */
export interface Foundation {
  /** Temporary; removed at the end. */
  dataDir: string;
  databaseUrl: string;
  kafkaBrokers: string;
  /** Process ids, to ask the system what they use. */
  pids: Partial<Record<'kafka' | 'postgres', number>>;
  /** Null where redis-server is not installed. */
  redisPort: number | null;
}

/** Starts Kafka, PostgreSQL and Redis for this run of the bench. */
export async function startServices(closers: Closers): Promise<Foundation> {
  const { host, answer } = await startHost<Foundation>(
    '../bench/foundation/services.host.ts',
    'Kafka and PostgreSQL for the bench',
  );
  closers.add(() => stopHost(host));
  return answer;
}
