import { counters } from '#libs/telemetry';
import type { Alert } from './alert.ts';
import { burnRates, objectives } from './objectives.ts';
import { total } from './series.ts';

const percent = (share: number): string => `${Number((100 * share).toFixed(2))} %`;
const { deliveryErrors, timeToProvider, leastMessages, bounces, complaints } = objectives;
const accepted = (by: string) =>
  `sum by (${by}) (increase(${total(counters.messages, 'mi_status="accepted"')}[1h])) > ${leastMessages}`;
const increaseOf = (matchers: string, window = '1h') =>
  `sum by (mi_channel, mi_provider) (increase(${total(counters.messages, matchers)}[${window}]))`;

const look = {
  failures: '`npx messaging letters list` and the report of failures: which cause, provider, tenant or template?',
  holds: '`npx messaging holds list`: is a provider left alone, and why?',
  lag: '`npx messaging status`: does a lane wait in Kafka, or does retry keep messages?',
  log: 'The log lines `attempt` with `mi.outcome` failed, by `mi.failure.code`.',
};

/** Over both windows of a burn rate, more than this share of messages went wrong. */
const burns = (record: string, share: number, { factor, long, short }: (typeof burnRates)[number], matchers = '') =>
  [long, short]
    .map((window) => `${record}${window}${matchers} > ${Number((factor * share).toPrecision(4))}`)
    .join('\nand\n');

const burnAlert = (of: {
  name: string;
  rate: (typeof burnRates)[number];
  labels?: Record<string, string>;
  expr: string;
  summary: string;
  description: string;
  runbook: Alert['runbook'];
}): Alert => ({
  name: of.name,
  severity: of.rate.severity,
  expr: of.expr,
  for: of.rate.for,
  labels: { window: of.rate.long, ...of.labels },
  summary: of.summary,
  description: `${of.description} (looked at over ${of.rate.long} and ${of.rate.short}).`,
  runbook: of.runbook,
});

/** What upstream and recipients feel: messages that are lost, late, bounce or annoy. */
export const deliveryAlerts: readonly Alert[] = [
  ...burnRates.map((rate) =>
    burnAlert({
      name: 'MessagingDeliveryFailing',
      rate,
      expr:
        `${burns('channel:messaging_delivery_errors:ratio_rate', deliveryErrors, rate)}\n` +
        `and\n${accepted('mi_channel')}`,
      summary: 'Messages end without delivery for reasons that are not their own.',
      description:
        '{{ $value | humanizePercentage }} of the messages of {{ $labels.mi_channel }} ended failed, expired or ' +
        `unconfirmed; the objective is ${percent(deliveryErrors)}`,
      runbook: {
        means:
          'Messages are given up. Bad addresses, bad content and opt-outs do not count here: what does is the ' +
          'providers’ trouble or ours.',
        look: [look.failures, look.holds, look.log],
        act: [
          'Mend the cause that the error’s page names (credentials, quota, sender).',
          'If a provider is down and another one can send: nothing, messages go by the other one.',
          'When it is mended, redrive the dead letters: `npx messaging redrive`.',
        ],
      },
    }),
  ),
  ...burnRates.flatMap((rate) =>
    Object.entries(timeToProvider).map(([lane, { seconds, errors }]) =>
      burnAlert({
        name: 'MessagingDeliverySlow',
        rate,
        labels: { lane },
        expr: burns('lane:messaging_late_messages:ratio_rate', errors, rate, `{mi_lane="${lane}"}`),
        summary: 'Providers take messages of a lane later than its objective.',
        description:
          `{{ $value | humanizePercentage }} of the {{ $labels.mi_lane }} messages were taken later than ${seconds} s ` +
          `after they were wanted; the objective is ${percent(errors)}`,
        runbook: {
          means: 'Messages arrive late. Nothing is lost by that but what expires.',
          look: [look.lag, look.holds, 'Metric `mi_attempt_duration`: does a provider answer slowly?'],
          act: [
            'Lag in Kafka, and the event loop is busy: add replicas, up to the number of partitions.',
            'Parked messages: see [MessagingProviderHeld](MessagingProviderHeld.md).',
            'A lane floods the others: publish campaigns to `.bulk`.',
          ],
        },
      }),
    ),
  ),
  {
    name: 'MessagingBouncesHigh',
    severity: 'warning',
    expr:
      `${increaseOf('mi_status="bounced"')} / ${increaseOf('mi_status="sent"')} > ${bounces}\n` +
      `and ${increaseOf('mi_status="sent"')} > ${leastMessages}`,
    for: '15m',
    summary: 'Many messages bounce.',
    description: '{{ $value | humanizePercentage }} of what {{ $labels.mi_provider }} took in the last hour bounced.',
    runbook: {
      means: 'Addresses are bad, or mailbox providers refuse the sender. A high rate costs the sender its reputation.',
      look: [look.failures, 'One tenant or template? Then its list of recipients is old.'],
      act: ['Stop the campaign, clean its list, and look at the provider’s page of reputation.'],
    },
  },
  ...(['critical', 'warning'] as const).map((severity): Alert => ({
    name: 'MessagingComplaintsHigh',
    severity,
    expr:
      `sum by (mi_provider) (increase(${total(counters.engagements, 'mi_engagement="complained"')}[1d]))\n` +
      `/ sum by (mi_provider) (increase(${total(counters.messages, 'mi_channel="email",mi_status="delivered"')}[1d]))\n` +
      `> ${complaints[severity]}`,
    for: '15m',
    summary: 'Recipients complain.',
    description:
      '{{ $value | humanizePercentage }} of the mails that {{ $labels.mi_provider }} delivered in a day were marked ' +
      `as spam; the limit is ${percent(complaints[severity])}.`,
    runbook: {
      means:
        'Gmail and Yahoo ask senders to stay below 0.1 % and refuse from 0.3 % on: then nothing of this sender ' +
        'arrives, password resets included.',
      look: ['Which template and tag: the list of messages with the engagement `complained`.'],
      act: [
        'Stop the campaign: `npx messaging pause` its template or tenant.',
        'Send marketing from a sender of its own, apart from transactional mail.',
      ],
    },
  })),
  {
    name: 'MessagingDeadLettersGrowing',
    severity: 'warning',
    expr: `sum by (mi_channel, mi_reason) (increase(${total(counters.deadLetters)}[30m])) > 20`,
    for: '5m',
    summary: 'Dead letters grow.',
    description:
      '{{ $value | humanize }} messages of {{ $labels.mi_channel }} were given up in half an hour ({{ $labels.mi_reason }}).',
    runbook: {
      means: 'These messages are not tried any more. Each one is kept with its cause.',
      look: ['`npx messaging letters list`: grouped by cause.', look.log],
      act: ['Mend the cause, then `npx messaging redrive` with a filter; or `discard` what is of no use any more.'],
    },
  },
];
