import { createHmac, randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type StatusChanged, topicName, topics } from '#libs/contracts';
import { createLogger } from '#libs/telemetry';
import { eventually } from '#libs/testing';
import { createKafka, kafkaSettings } from '#libs/transport';
import type { Consumer, Producer } from 'kafkajs';
import { z } from 'zod';
import { layoutOf } from '../../apps/cli/src/environment/layout.ts';
import type { Secrets } from '../../apps/cli/src/stack/settings/secrets.ts';
import type { StackState } from '../../apps/cli/src/environment/state.ts';
import type { Certified } from '../secure/certificates.ts';
import type { CollectedSpan } from '../trace-collector.ts';

export interface Timeline {
  messageId: string;
  channel: string;
  tenant: string;
  status: string;
  final: boolean;
  traceId: string;
  timeline: {
    status: string;
    at: string;
    attempt?: number;
    hop?: number;
    provider?: string;
    source?: string;
    route?: { provider: string; taken: boolean; why: string; until?: string }[];
    nextAt?: string;
    reason?: string;
    failure?: {
      code: string;
      meaning: string;
      remedy: string;
      help?: string;
      fields?: { field: string; rule: string }[];
    };
  }[];
}

/** What an operator asked for, as the API shows it. */
export interface Operation {
  operationId: string;
  state: string;
  counts: Record<string, number>;
  services: { service: string; state: string | null; reason: string | null }[];
}

export interface SandboxMessage {
  provider: string;
  reference: string;
  providerMessageId: string;
  to: string;
  acceptedAt: string;
}

type Channel = 'email' | 'sms';

/** The environment the system under test was started with. */
export const environment = (): Record<string, string> =>
  JSON.parse(process.env['E2E_ENVIRONMENT'] ?? '{}') as Record<string, string>;

/** The running system, as its users see it: Kafka, the reporting API, the sandbox, and its processes. */
export class System {
  readonly dataDir = environment()['DATA_DIR']!;
  private producer: Promise<Producer> | undefined;
  private readonly consumers: Consumer[] = [];

  get state(): StackState {
    return JSON.parse(readFileSync(join(this.dataDir, 'state.json'), 'utf8')) as StackState;
  }

  /** What an https server at localhost shows, so that the services fetch files from it. */
  get filesCertificate(): Certified {
    return JSON.parse(readFileSync(join(this.dataDir, 'files-server.json'), 'utf8')) as Certified;
  }

  url(name: 'reporting' | 'email' | 'sms' | 'retry' | 'sandbox'): string {
    return this.state.urls[name]!;
  }

  log(name: string): string {
    return readFileSync(join(this.dataDir, 'logs', `${name}.log`), 'utf8');
  }

  pid(name: string): number {
    const pid = this.state.processes.find((record) => record.name === name)?.pid;
    if (!pid) throw new Error(`${name} does not run`);
    return pid;
  }

  kafka() {
    const config = z.object(kafkaSettings).parse({ KAFKA_BROKERS: `127.0.0.1:${environment()['KAFKA_PORT']}` });
    return createKafka(config, 'e2e', createLogger('e2e', 'silent'));
  }

  /** Publishes raw values, as any client might. */
  async produce(
    topic: string,
    ...messages: { key?: string | null; value: object | string | Buffer | null; headers?: Record<string, string> }[]
  ): Promise<void> {
    this.producer ??= this.connected();
    const producer = await this.producer;
    const records = messages.map(({ key = null, value, headers }) => ({
      key,
      headers,
      value: typeof value === 'object' && value !== null && !Buffer.isBuffer(value) ? JSON.stringify(value) : value,
    }));
    await producer.send({ topic, acks: -1, messages: records });
  }

  private async connected(): Promise<Producer> {
    const producer = this.kafka().producer({ allowAutoTopicCreation: false });
    await producer.connect();
    return producer;
  }

  /** Asks for an e-mail; returns its id. */
  async requestEmail(request: Record<string, unknown> = {}, headers?: Record<string, string>): Promise<string> {
    const messageId = `e2e-${randomUUID()}`;
    const value = { messageId, to: [{ email: 'ada@inbox.test' }], subject: 'Hello', text: 'It works', ...request };
    await this.produce('messaging.email.requested', { value, headers });
    return value.messageId;
  }

  /** Asks for an SMS; returns its id. */
  async requestSms(request: Record<string, unknown> = {}, headers?: Record<string, string>): Promise<string> {
    const messageId = `e2e-${randomUUID()}`;
    const value = { messageId, to: '+12025550123', body: 'It works', ...request };
    await this.produce('messaging.sms.requested', { value, headers });
    return value.messageId;
  }

  /** Of the reporting API: every scope, all tenants. */
  get key(): string {
    return readFileSync(layoutOf(this.dataDir).apiKey, 'utf8').trim();
  }

  async report<T>(path: string): Promise<{ status: number; body: T }> {
    const response = await fetch(`${this.url('reporting')}${path}`, {
      headers: { authorization: `Bearer ${this.key}` },
    });
    return { status: response.status, body: (await response.json()) as T };
  }

  async timeline(channel: Channel, messageId: string, tenant = 'default'): Promise<Timeline | undefined> {
    const path = `/v1/messages/${channel}/${encodeURIComponent(messageId)}?tenant=${tenant}`;
    const { status, body } = await this.report<Timeline>(path);
    return status === 200 ? body : undefined;
  }

  /** Waits until reporting shows a status; tells the timeline as it was when it does not come. */
  async reaches(
    channel: Channel,
    messageId: string,
    status: string,
    timeoutMs = 20_000,
    tenant = 'default',
  ): Promise<Timeline> {
    return eventually(
      async () => {
        const found = await this.timeline(channel, messageId, tenant);
        if (found?.status !== status)
          throw new Error(`it is ${found?.status ?? 'not known'}: ${JSON.stringify(found?.timeline)}`);
        return found;
      },
      { timeoutMs, everyMs: 150, what: `${status} of ${messageId}` },
    );
  }

  async sandboxMessages(query: Record<string, string> = {}): Promise<{ total: number; messages: SandboxMessage[] }> {
    const response = await fetch(
      `${this.url('sandbox')}/_sandbox/messages?${new URLSearchParams({ limit: '100000', ...query }).toString()}`,
    );
    return (await response.json()) as { total: number; messages: SandboxMessage[] };
  }

  /** The spans that the services have exported of one trace. */
  async spansOf(traceId: string): Promise<CollectedSpan[]> {
    const response = await fetch(`${environment()['OTEL_EXPORTER_OTLP_ENDPOINT']}?traceId=${traceId}`);
    return (await response.json()) as CollectedSpan[];
  }

  async faults(faults: Record<string, unknown> | undefined): Promise<void> {
    const response = await fetch(`${this.url('sandbox')}/_sandbox/faults`, {
      method: faults ? 'PUT' : 'DELETE',
      ...(faults && { headers: { 'content-type': 'application/json' }, body: JSON.stringify(faults) }),
    });
    if (!response.ok) throw new Error(`the sandbox refused the faults: ${await response.text()}`);
  }

  /** An operator's call. @param id the caller's name for the operation */
  async operate<T>(method: 'GET' | 'POST', path: string, body?: object, id?: string): Promise<T> {
    const response = await fetch(`${this.url('reporting')}/v1/${path}`, {
      method,
      headers: {
        authorization: `Bearer ${this.key}`,
        ...(body && { 'content-type': 'application/json' }),
        ...(id !== undefined && { 'idempotency-key': id }),
      },
      ...(body && { body: JSON.stringify(body) }),
    });
    if (!response.ok) throw new Error(`${path}: ${response.status} ${await response.text()}`);
    return (await response.json()) as T;
  }

  /** An operation, once it has ended. */
  async ended({ operationId }: { operationId: string }, timeoutMs = 40_000): Promise<Operation> {
    return eventually(
      async () => {
        const now = await this.operate<Operation>('GET', `operations/${encodeURIComponent(operationId)}`);
        if (!['done', 'failed', 'stopped'].includes(now.state)) throw new Error(JSON.stringify(now));
        return now;
      },
      { timeoutMs, everyMs: 150, what: `the end of ${operationId}` },
    );
  }

  /** Ends the faults of providers and what came of them: an operator lifts each hold. */
  async recover(channel: Channel = 'email'): Promise<void> {
    await this.faults(undefined);
    const { items } = await this.operate<{ items: { id: string }[] }>('GET', `holds?channel=${channel}`);
    const order = (holdId: string) => ({ channel, holdId, reason: 'its provider works again' });
    const lifts = await Promise.all(items.map(({ id }) => this.operate<Operation>('POST', 'controls/lift', order(id))));
    await Promise.all(lifts.map((lift) => this.ended(lift)));
  }

  /** A person answers a text; tells what the webhook was answered. */
  async reply(reply: Record<string, unknown>): Promise<unknown> {
    const response = await fetch(`${this.url('sandbox')}/_sandbox/inbound`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(reply),
    });
    return ((await response.json()) as { webhook: unknown }).webhook;
  }

  /** A content template at the sandbox's Twilio; gives its sid. */
  async contentTemplate(body: string): Promise<string> {
    const { sandboxTwilioAccountSid: sid, sandboxTwilioAuthToken: token } = this.secrets;
    const headers = {
      'content-type': 'application/json',
      authorization: `Basic ${Buffer.from(`${sid}:${token}`).toString('base64')}`,
    };
    const made = await fetch(`${this.url('sandbox')}/v1/Content`, {
      method: 'POST',
      headers,
      body: JSON.stringify({ friendly_name: 'e2e', language: 'en', types: { 'twilio/text': { body } } }),
    });
    return ((await made.json()) as { sid: string }).sid;
  }

  private get secrets(): Secrets {
    return JSON.parse(readFileSync(layoutOf(this.dataDir).secrets, 'utf8')) as Secrets;
  }

  /** A callback as Twilio would sign it; gives the answer's status. */
  async callback(params: Record<string, string>, path: 'status' | 'inbound' = 'status'): Promise<number> {
    const token = this.secrets['sandboxTwilioAuthToken']!;
    const url = `${this.url('sms')}/webhooks/twilio/${path}`;
    const signed = Object.keys(params)
      .sort()
      .reduce((text, name) => text + name + params[name], url);
    const headers = {
      'content-type': 'application/x-www-form-urlencoded',
      'x-twilio-signature': createHmac('sha1', token).update(signed).digest('base64'),
    };
    return (await fetch(url, { method: 'POST', headers, body: new URLSearchParams(params).toString() })).status;
  }

  /** Reads a topic from its beginning; the array grows as records come. */
  async follow(
    name:
      | 'unreadable'
      | 'status.changed'
      | 'send.deferred'
      | 'dead-letters'
      | 'inbound.received'
      | 'suppression.changed'
      | 'control.changed'
      | 'operation.requested',
  ): Promise<{ key: string; value: string; headers: Record<string, string> }[]> {
    const seen: { key: string; value: string; headers: Record<string, string> }[] = [];
    const consumer = this.kafka().consumer({ groupId: `e2e-${randomUUID()}`, maxWaitTimeInMs: 100 });
    this.consumers.push(consumer);
    await consumer.connect();
    const topic = Object.values(topics).find((entry) => entry.name === name)!;
    await consumer.subscribe({ topics: [topicName(topic, 'messaging.')], fromBeginning: true });
    await consumer.run({
      autoCommit: false,
      eachMessage: async ({ message }) => {
        const headers = Object.fromEntries(
          Object.entries(message.headers ?? {}).map(([key, value]) => [key, String(value)]),
        );
        seen.push({ key: message.key?.toString() ?? '', value: message.value?.toString() ?? '', headers });
      },
    });
    return seen;
  }

  async close(): Promise<void> {
    await Promise.all(this.consumers.map((consumer) => consumer.disconnect()));
    await (await this.producer)?.disconnect();
  }
}

export const statusesOf = (timeline: Timeline): string[] => timeline.timeline.map((entry) => entry.status);

export const parseFact = (record: { value: string }): StatusChanged => JSON.parse(record.value) as StatusChanged;
