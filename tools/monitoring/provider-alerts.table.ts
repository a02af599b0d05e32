import { counters, gauges } from '#libs/telemetry';
import type { Alert } from './alert.ts';
import { objectives } from './objectives.ts';
import { either, total } from './series.ts';

const { failedCalls, parked } = objectives;
const webhooks = (window: string) => `sum by (mi_provider) (increase(${total(counters.webhookEvents)}[${window}]))`;

/** What goes wrong between the platform and its providers. */
export const providerAlerts: readonly Alert[] = [
  {
    name: 'MessagingProviderFailing',
    severity: 'warning',
    expr:
      'sum by (mi_channel, mi_provider) (provider:messaging_calls:rate5m{mi_outcome=~"failed|unknown"})\n' +
      `/ sum by (mi_channel, mi_provider) (provider:messaging_calls:rate5m) > ${failedCalls}\n` +
      'and sum by (mi_channel, mi_provider) (provider:messaging_calls:rate5m) > 0.1',
    for: '10m',
    summary: 'Many calls to a provider fail.',
    description: '{{ $value | humanizePercentage }} of the calls to {{ $labels.mi_provider }} fail.',
    runbook: {
      means: 'Messages go by another provider where one is configured, else they wait and are tried again.',
      look: ['The log lines `attempt`, by `mi.failure.code`.', 'The provider’s status page.', '`npm run doctor`.'],
      act: ['Look the code up in [errors](../errors/README.md) and do what its page says.'],
    },
  },
  {
    name: 'MessagingProviderHeld',
    severity: 'warning',
    expr: `max by (mi_channel, mi_provider) (${either(gauges.heldProviders, (series) => series)}) > 0`,
    for: '10m',
    summary: 'A provider is left alone.',
    description: 'Calls to {{ $labels.mi_provider }} ({{ $labels.mi_channel }}) are held for more than ten minutes.',
    runbook: {
      means:
        'An answer of the provider asked for it: throttling, refused credentials, a quota, a refused sender. ' +
        'What can go by another provider does; the rest waits.',
      look: ['`npx messaging holds list`: the code, since when, and until when.'],
      act: [
        'Throttling: nothing, or ask the provider for a higher rate.',
        'Others: mend the account as the code’s page says, then lift the hold, or wait for the next probe (15 min at most).',
      ],
    },
  },
  {
    name: 'MessagingCircuitOpen',
    severity: 'warning',
    expr: `max by (mi_channel, mi_provider, instance) (${either(gauges.openCircuits, (series) => series)}) > 0`,
    for: '5m',
    summary: 'A replica gets no answers from a provider.',
    description: 'The circuit of {{ $labels.instance }} to {{ $labels.mi_provider }} is open.',
    runbook: {
      means: 'Calls get no answer or answers 5xx, so this replica makes none for a while.',
      look: [
        'Is it open in all replicas? Then it is the provider: its status page.',
        'In one? Its network: DNS, egress.',
      ],
      act: ['Restart or drain a replica whose network is broken. Else nothing: it closes by itself.'],
    },
  },
  {
    name: 'MessagingParkedGrowing',
    severity: 'warning',
    expr: `messaging:retry_waiting:max{mi_waiting="parked"} > ${parked}`,
    for: '15m',
    summary: 'Many messages wait for a provider.',
    description: '{{ $value | humanize }} messages are parked.',
    runbook: {
      means: 'No provider can take them now. They are kept until they expire.',
      look: ['`npx messaging holds list` and `npx messaging controls`: what holds them back?'],
      act: ['Mend the provider, or configure a second one. From PARKED_MAX on bulk requests stay in Kafka.'],
    },
  },
  {
    name: 'MessagingWebhooksSilent',
    severity: 'warning',
    expr:
      `sum by (mi_provider) (increase(${total(counters.messages, 'mi_status="sent"')}[1h])) > 20\n` +
      `unless ${webhooks('1h')} > 0`,
    for: '30m',
    summary: 'A provider’s webhook is silent.',
    description: '{{ $labels.mi_provider }} took messages in the last hour, and no event came.',
    runbook: {
      means: 'Deliveries, bounces and complaints are not known, or late, by asking the provider.',
      look: [
        '`npm run doctor`: is there a webhook that points to us, switched on and signed by our key?',
        'The log: refused signatures.',
      ],
      act: [
        '`npm run doctor -- --fix` registers it.',
        'Then replay what was missed where the provider has that: [receipts](../operations.md#receipts-that-do-not-come).',
      ],
    },
  },
  {
    name: 'MessagingReceiptsMissing',
    severity: 'warning',
    expr: `sum by (mi_channel, mi_provider) (increase(${total(counters.endedWithoutReceipt)}[1h])) > 10`,
    for: '5m',
    summary: 'Nobody knows the end of messages that a provider took.',
    description:
      '{{ $value | humanize }} messages of {{ $labels.mi_provider }} got no receipt, and the provider did not say either.',
    runbook: {
      means: 'Their status stays `sent`.',
      look: ['Metric `mi_receipt_lookups_total`: may the key ask?'],
      act: ['See [receipts that do not come](../operations.md#receipts-that-do-not-come).'],
    },
  },
];
