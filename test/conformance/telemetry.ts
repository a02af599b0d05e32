import { type Attributes, createNoopMeter, type Meter, metrics } from '@opentelemetry/api';
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

/** What the counters of this process were told. */
export class CountedEvents {
  private readonly counts = new Map<string, number>();

  constructor() {
    const counting: Pick<Meter, 'createCounter'> = {
      createCounter: (name) => ({
        add: (value, attributes) => {
          const key = keyOf(name, attributes ?? {});
          this.counts.set(key, (this.counts.get(key) ?? 0) + value);
        },
      }),
    };
    const meter = Object.assign(Object.create(createNoopMeter()) as Meter, counting);
    metrics.setGlobalMeterProvider({ getMeter: () => meter });
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

const keyOf = (name: string, attributes: object): string =>
  `${name} ${JSON.stringify(Object.entries(attributes).toSorted(([a], [b]) => (a < b ? -1 : 1)))}`;
