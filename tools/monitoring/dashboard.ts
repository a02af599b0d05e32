import { counters, gauges, histograms, type InstrumentRow } from '#libs/telemetry';
import {
  DashboardBuilder,
  DatasourceVariableBuilder,
  QueryVariableBuilder,
  RowBuilder,
} from '@grafana/grafana-foundation-sdk/dashboard';
import { DataqueryBuilder } from '@grafana/grafana-foundation-sdk/prometheus';
import { PanelBuilder } from '@grafana/grafana-foundation-sdk/timeseries';
import { either, total } from './series.ts';

const datasource = { type: 'prometheus', uid: '$datasource' };
const replicas = 'job=~"$job",instance=~"$instance"';
const WINDOW = '$__rate_interval';
const HALF_WIDTH = 12;
const HEIGHT = 8;

interface Query {
  expr: string;
  legend: string;
}

interface PanelOf {
  title: string;
  description: string;
  unit: string;
  queries: readonly Query[];
}

/** A counter's growth a second, by these labels. */
const rate = (row: InstrumentRow, by: string, matchers = ''): string =>
  `sum by (${by}) (rate(${total(row, matchers === '' ? replicas : `${replicas},${matchers}`)}[${WINDOW}]))`;

const largest = (row: InstrumentRow, by: string): string =>
  either(row, (series) => `max by (${by}) (${series}{${replicas}})`);

const quantile = (row: InstrumentRow, share: number, by: string): string =>
  either(
    row,
    (series) => `histogram_quantile(${share}, sum by (${by}, le) (rate(${series}{${replicas}}[${WINDOW}])))`,
    '_bucket',
  );

const rows: Readonly<Record<string, readonly PanelOf[]>> = {
  Messages: [
    {
      title: 'Messages',
      description: 'Messages a second that entered each status.',
      unit: 'reqps',
      queries: [{ expr: rate(counters.messages, 'mi_channel, mi_status'), legend: '{{mi_channel}} {{mi_status}}' }],
    },
    {
      title: 'Ended without delivery, by cause',
      description: 'Messages a second that failed, bounced, expired or were rejected, by the kind of failure.',
      unit: 'reqps',
      queries: [
        {
          expr: rate(
            counters.messages,
            'mi_status, mi_failure_kind',
            'mi_status=~"failed|bounced|expired|rejected|unconfirmed"',
          ),
          legend: '{{mi_status}} {{mi_failure_kind}}',
        },
      ],
    },
    {
      title: 'Time until a provider takes it',
      description: 'From the request, or the time it was scheduled for, by lane.',
      unit: 's',
      queries: [
        { expr: quantile(histograms.timeToProvider, 0.5, 'mi_lane'), legend: '{{mi_lane}} median' },
        { expr: quantile(histograms.timeToProvider, 0.99, 'mi_lane'), legend: '{{mi_lane}} p99' },
      ],
    },
    {
      title: 'Time until delivery',
      description: 'From the request, or the time it was scheduled for, until the provider reports it delivered.',
      unit: 's',
      queries: [
        {
          expr: quantile(histograms.timeToDelivery, 0.5, 'mi_channel, mi_lane'),
          legend: '{{mi_channel}} {{mi_lane}} median',
        },
        {
          expr: quantile(histograms.timeToDelivery, 0.95, 'mi_channel, mi_lane'),
          legend: '{{mi_channel}} {{mi_lane}} p95',
        },
      ],
    },
    {
      title: 'Recipients',
      description: 'What recipients did, a second: complaints and unsubscribes are the ones to watch.',
      unit: 'reqps',
      queries: [{ expr: rate(counters.engagements, 'mi_engagement'), legend: '{{mi_engagement}}' }],
    },
    {
      title: 'Given up',
      description: 'Dead letters a second, by reason.',
      unit: 'reqps',
      queries: [{ expr: rate(counters.deadLetters, 'mi_channel, mi_reason'), legend: '{{mi_channel}} {{mi_reason}}' }],
    },
  ],
  Providers: [
    {
      title: 'Calls',
      description: 'Calls a second, by how they ended.',
      unit: 'reqps',
      queries: [{ expr: rate(counters.attempts, 'mi_provider, mi_outcome'), legend: '{{mi_provider}} {{mi_outcome}}' }],
    },
    {
      title: 'Duration of a call',
      description: 'From the call to the provider’s answer.',
      unit: 's',
      queries: [
        { expr: quantile(histograms.attemptDuration, 0.5, 'mi_provider'), legend: '{{mi_provider}} median' },
        { expr: quantile(histograms.attemptDuration, 0.99, 'mi_provider'), legend: '{{mi_provider}} p99' },
      ],
    },
    {
      title: 'Left alone',
      description: 'Holds in force, and open circuits.',
      unit: 'short',
      queries: [
        { expr: largest(gauges.heldProviders, 'mi_provider'), legend: '{{mi_provider}} held' },
        {
          expr: largest(gauges.openCircuits, 'mi_provider, instance'),
          legend: '{{mi_provider}} circuit of {{instance}}',
        },
      ],
    },
    {
      title: 'Webhook events',
      description: 'Events a second that are about a message of ours.',
      unit: 'reqps',
      queries: [
        { expr: rate(counters.webhookEvents, 'mi_provider, mi_event'), legend: '{{mi_provider}} {{mi_event}}' },
      ],
    },
  ],
  Platform: [
    {
      title: 'Waiting in Kafka',
      description: 'Records that are not finished, in the partition that is furthest behind.',
      unit: 'short',
      queries: [
        {
          expr: largest(gauges.consumerLag, 'messaging_consumer_group_name, messaging_destination_name'),
          legend: '{{messaging_consumer_group_name}} {{messaging_destination_name}}',
        },
      ],
    },
    {
      title: 'Kept by retry',
      description: 'Messages that wait for their time, or for a provider.',
      unit: 'short',
      queries: [{ expr: largest(gauges.waitingMessages, 'mi_waiting'), legend: '{{mi_waiting}}' }],
    },
    {
      title: 'Dead letters',
      description: 'Messages that were given up and that nobody has dealt with yet.',
      unit: 'short',
      queries: [{ expr: largest(gauges.openLetters, 'job'), legend: 'open' }],
    },
    {
      title: 'Lateness of retry',
      description: 'By how much the oldest message that is due is late.',
      unit: 's',
      queries: [{ expr: largest(gauges.releaseLateness, 'job'), legend: 'lateness' }],
    },
    {
      title: 'Set aside',
      description: 'Records a second that could not be used.',
      unit: 'reqps',
      queries: [
        {
          expr: rate(counters.quarantinedRecords, 'messaging_destination_name, error_type'),
          legend: '{{messaging_destination_name}} {{error_type}}',
        },
      ],
    },
    {
      title: 'Event loop',
      description: 'By how much it is late (p99), and its share of busy time.',
      unit: 's',
      queries: [{ expr: largest(gauges.eventLoopDelayP99, 'instance'), legend: '{{instance}} p99' }],
    },
    {
      title: 'Memory',
      description: 'Resident memory of each replica.',
      unit: 'bytes',
      queries: [{ expr: largest(gauges.memoryUsage, 'instance'), legend: '{{instance}}' }],
    },
  ],
};

/** The dashboard for Grafana: messages, providers, the platform. */
export function dashboard(): object {
  const builder = new DashboardBuilder('Messaging')
    .uid('messaging')
    .description('E-mail and text messages: what became of them, their providers, and the platform.')
    .tags(['messaging'])
    .editable()
    .refresh('30s')
    .time({ from: 'now-3h', to: 'now' })
    .withVariable(new DatasourceVariableBuilder('datasource').label('Data source').type('prometheus'))
    .withVariable(choice('job', 'Job', 'target_info'))
    .withVariable(choice('instance', 'Instance', 'target_info{job=~"$job"}'));
  for (const [title, panels] of Object.entries(rows)) {
    builder.withRow(new RowBuilder(title));
    for (const panel of panels) builder.withPanel(panelOf(panel));
  }
  return builder.build();
}

const choice = (name: string, label: string, series: string) =>
  new QueryVariableBuilder(name)
    .label(label)
    .datasource(datasource)
    .query(`label_values(${series}, ${name})`)
    .refresh(2)
    .multi(true)
    .includeAll(true)
    .allValue('.+');

function panelOf({ title, description, unit, queries }: PanelOf): PanelBuilder {
  const panel = new PanelBuilder()
    .title(title)
    .description(description)
    .unit(unit)
    .min(0)
    .span(HALF_WIDTH)
    .height(HEIGHT)
    .datasource(datasource);
  for (const { expr, legend } of queries)
    panel.withTarget(new DataqueryBuilder().datasource(datasource).expr(expr).legendFormat(legend));
  return panel;
}
