import { counters, gauges, histograms } from '#libs/telemetry';
import type { RecordingRule } from './alert.ts';
import { objectives, windows } from './objectives.ts';
import { braced, either, total, within } from './series.ts';

/** Failures that are the message's own: nobody here can mend them. */
export const ownFailures = 'bad-recipient|bad-content|opted-out';

const lanes = Object.keys(objectives.timeToProvider) as (keyof typeof objectives.timeToProvider)[];

/** Accepted messages that ended without delivery for reasons that are not their own, over the accepted ones. */
const deliveryErrors = (window: string): RecordingRule => {
  const lost = total(counters.messages, `mi_status=~"failed|expired|unconfirmed",mi_failure_kind!~"${ownFailures}"`);
  const accepted = total(counters.messages, 'mi_status="accepted"');
  const sum = (series: string) => `sum by (mi_channel) (rate(${series}[${window}]))`;
  // Without any loss there is no series of it.
  return {
    record: `channel:messaging_delivery_errors:ratio_rate${window}`,
    expr: `(${sum(lost)} or 0 * ${sum(accepted)}) / ${sum(accepted)}`,
  };
};

/** Messages of a lane that a provider took later than the lane's objective, over all that one took. */
const lateMessages = (window: string): RecordingRule => {
  const sum = (series: string) => `sum by (mi_lane) (rate(${series}[${window}]))`;
  const parts = lanes.map((lane) => {
    const ofLane = `mi_lane="${lane}"`;
    const inTime = braced(`${ofLane},${within(objectives.timeToProvider[lane].seconds)}`);
    const bucket = either(histograms.timeToProvider, (series) => sum(series + inTime), '_bucket');
    const all = either(histograms.timeToProvider, (series) => sum(series + braced(ofLane)), '_count');
    return `1 - (${bucket}) / (${all})`;
  });
  return { record: `lane:messaging_late_messages:ratio_rate${window}`, expr: parts.join('\nor\n') };
};

/**
 * The rules that alerts and dashboards stand on. What has two names, scraped and taken in by OTLP, has one name from
 * here on.
 */
export const recordingRules: readonly RecordingRule[] = [
  ...windows.map(deliveryErrors),
  ...windows.map(lateMessages),
  {
    record: 'provider:messaging_calls:rate5m',
    expr: `sum by (mi_channel, mi_provider, mi_outcome) (rate(${total(counters.attempts)}[5m]))`,
  },
  {
    record: 'provider:messaging_call_duration_seconds:p95_5m',
    expr: either(
      histograms.attemptDuration,
      (series) => `histogram_quantile(0.95, sum by (mi_channel, mi_provider, le) (rate(${series}[5m])))`,
      '_bucket',
    ),
  },
  {
    record: 'lane:messaging_time_to_delivery_seconds:p95_5m',
    expr: either(
      histograms.timeToDelivery,
      (series) => `histogram_quantile(0.95, sum by (mi_channel, mi_lane, le) (rate(${series}[5m])))`,
      '_bucket',
    ),
  },
  {
    record: 'group:messaging_consumer_lag:max',
    expr:
      `max by (messaging_consumer_group_name, messaging_destination_name) (` +
      `${either(gauges.consumerLag, (series) => series)})`,
  },
  {
    record: 'messaging:retry_lateness_seconds:max',
    expr: either(gauges.releaseLateness, (series) => `max(${series})`),
  },
  {
    record: 'messaging:retry_waiting:max',
    expr: `max by (mi_waiting) (${either(gauges.waitingMessages, (series) => series)})`,
  },
  {
    record: 'instance:messaging_event_loop_delay_seconds:p99',
    expr: either(gauges.eventLoopDelayP99, (series) => `max by (job, instance) (${series})`),
  },
];
