import { topics } from '#libs/contracts';
import { bootService, type RunningService } from '#libs/runtime';
import { aDatabase, aTopicPrefix, eventually, kafkaBrokers, provisionTopics, type TestDatabase } from '#libs/testing';
import { makeKey } from '../src/access/key/api-key.ts';
import { reporting } from '../src/reporting.definition.ts';
import { hashKey } from './facts.ts';

/** The first key of this installation: every scope, all tenants. */
export const token = makeKey().key;

export interface Answer<T> {
  status: number;
  body: T;
  headers: Record<string, unknown>;
}

/** The reporting service with its API, on a database and topics of its own. */
export class ReportingApi {
  readonly prefix = aTopicPrefix();
  service!: RunningService;
  database!: TestDatabase;

  /**
   * @param more settings besides those that it needs, as they are when it starts
   * @param allTopics those of the other services too
   */
  constructor(
    private readonly more: Record<string, string> | (() => Record<string, string>) = {},
    private readonly allTopics = false,
  ) {}

  async start(): Promise<void> {
    this.database = await aDatabase();
    const those = [
      topics.emailRequested,
      topics.smsRequested,
      topics.statusChanged,
      topics.deadLetters,
      topics.unreadable,
      topics.cancelRequested,
      topics.operationRequested,
      topics.operationChanged,
      topics.controlChanged,
      topics.suppressionChanged,
    ];
    await (this.allTopics ? provisionTopics(this.prefix) : provisionTopics(this.prefix, those));
    this.service = await bootService(reporting, {
      HTTP_HOST: '127.0.0.1',
      HTTP_PORT: '0',
      METRICS_PORT: '0',
      LOG_LEVEL: 'error',
      DATABASE_URL: this.database.url,
      KAFKA_BROKERS: kafkaBrokers(),
      KAFKA_TOPIC_PREFIX: this.prefix,
      RECIPIENT_HASH_KEY: hashKey,
      REPORTING_BOOTSTRAP_KEY: token,
      ...(typeof this.more === 'function' ? this.more() : this.more),
    });
    const isReady = async () => (await this.ask('/health/ready')).status === 200;
    await eventually(isReady, { timeoutMs: 30_000, what: 'readiness' });
  }

  async stop(): Promise<void> {
    await this.service.stop();
    await this.database.drop();
  }

  /** A GET, or a POST where there is a body; with a valid token unless another one is given. */
  readonly ask = async <T>(
    url: string,
    options: { body?: object | undefined; authorization?: string; headers?: Record<string, string> } = {},
  ): Promise<Answer<T>> => {
    const { statusCode, headers, payload } = await this.service.app.inject({
      method: options.body ? 'POST' : 'GET',
      url,
      headers: { authorization: options.authorization ?? `Bearer ${token}`, ...options.headers },
      ...(options.body && { payload: options.body }),
    });
    return {
      status: statusCode,
      headers,
      body: (String(headers['content-type']).includes('json') ? JSON.parse(payload) : payload) as T,
    };
  };
}
