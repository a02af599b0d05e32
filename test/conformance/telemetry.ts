import { type Attributes, createNoopMeter, type Meter, metrics, type ObservableCallback } from '@opentelemetry/api';
import { NodeSDK } from '@opentelemetry/sdk-node';

/** Every span that ends in this process, as an exporter would see it. */
export class FinishedSpans {
  private spans: object[] = [];
  private readonly sdk: NodeSDK;

  constructor() {
    const keep = {
      onStart: () => {},
      onEnd: ({
        name,
        attributes,
        status,
        events,
      }: {
        name: string;
        attributes: Attributes;
        status: object;
        events: object;
      }) => {
        this.spans.push({ name, attributes, status, events });
      },
      forceFlush: () => Promise.resolve(),
      shutdown: () => Promise.resolve(),
    };
    process.env['OTEL_METRICS_EXPORTER'] = 'none';
    process.env['OTEL_LOGS_EXPORTER'] = 'none';
    this.sdk = new NodeSDK({ serviceName: 'conformance', spanProcessors: [keep] });
    this.sdk.start();
  }

  all(): readonly object[] {
    return this.spans;
  }

  clear(): void {
    this.spans = [];
  }

  close(): Promise<void> {
    return this.sdk.shutdown();
  }
}

/** What the counters of this process have counted: they are read as an exporter reads them. */
export class CountedEvents {
  private readonly counters = new Map<string, ObservableCallback[]>();

  constructor() {
    const counting: Pick<Meter, 'createObservableCounter'> = {
      createObservableCounter: (name) => {
        const callbacks: ObservableCallback[] = [];
        this.counters.set(name, callbacks);
        return { addCallback: (callback) => void callbacks.push(callback), removeCallback: () => undefined };
      },
    };
    const meter = Object.assign(Object.create(createNoopMeter()) as Meter, counting);
    metrics.setGlobalMeterProvider({ getMeter: () => meter });
  }

  private get counts(): Map<string, number> {
    const counts = new Map<string, number>();
    for (const [name, callbacks] of this.counters)
      for (const callback of callbacks)
        void callback({
          observe: (value, attributes = {}) => {
            const key = keyOf(name, attributes);
            counts.set(key, (counts.get(key) ?? 0) + value);
          },
        });
    return counts;
  }

  /** Of all that bear this attribute, whatever others they have. */
  all(name: string, attribute: string, value: string): number {
    const bears = (key: string) => key.startsWith(`${name} `) && key.includes(JSON.stringify([attribute, value]));
    return [...this.counts].reduce((sum, [key, counted]) => (bears(key) ? sum + counted : sum), 0);
  }

  of(name: string, attributes: Attributes): number {
    return this.counts.get(keyOf(name, attributes)) ?? 0;
  }
}

/** A label that does not apply is no label. */
const keyOf = (name: string, attributes: object): string =>
  `${name} ${JSON.stringify(
    Object.entries(attributes)
      .filter(([, value]) => value !== undefined)
      .toSorted(([a], [b]) => (a < b ? -1 : 1)),
  )}`;
