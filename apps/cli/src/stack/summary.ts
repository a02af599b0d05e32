import { isChannel, topicName, topics } from '#libs/contracts';
import type { Assembly } from './assembly.ts';
import { withoutPassword } from '../environment/external.ts';
import { topicPrefixOf } from '../kafka/kafka-client.ts';
import { layoutOf } from '../environment/layout.ts';
import type { Settings } from './settings/settings.ts';
import { type ProcessName, type ServiceName } from '../environment/env.ts';

/** The text at the end of a start: what runs where, and what to do next. */
export function summarise(settings: Settings, assembly: Assembly, readyAfterMs: number): string {
  const { modes, urls, brokers, databaseUrl } = assembly;
  const layout = layoutOf(settings.dataDir);
  const elsewhere = (given: string | undefined) => (given ? '   (yours)' : '');
  const lines = [
    `Ready after ${(readyAfterMs / 1000).toFixed(1)} s.`,
    '',
    row('Kafka', `${brokers}${elsewhere(settings.brokers)}`),
    row('PostgreSQL', `${withoutPassword(databaseUrl)}${elsewhere(settings.databaseUrl)}`),
    ...assembly.services.map(({ name, url }) =>
      row(name, `${url}${isChannel(name) ? `   (${modeWords[modes[name]]})` : ''}`),
    ),
    ...(urls.sandbox ? [row('Sandbox inbox', `${urls.sandbox}/`)] : []),
    '',
    row('Metrics', assembly.services.map(({ name }) => `${name} ${metricsPortOf(name, settings)}`).join(', ')),
    row('  scraped at', 'http://127.0.0.1:<port>/metrics'),
    row('Reporting API', `${urls.reporting ?? '-'}/docs`),
    row('  your key', layout.apiKey),
    '',
    'Send a first message:',
    ...firstMessages(settings, assembly),
    '',
    'Ask what became of it:',
    `  curl -H "Authorization: Bearer $(cat ${layout.apiKey})" ${urls.reporting ?? '-'}/v1/messages`,
    '',
    row('Logs', `${layout.logs}/`),
    row('Status, stop', `npm run status, npm run stop${otherSettings(settings)}`),
  ];
  return boxed(lines);
}

const metricsPortOf = (name: ProcessName, { ports }: Settings) => ports[`${name as ServiceName}Metrics`];

const modeWords = { live: 'live: real messages', sandbox: 'sandbox: nothing leaves this machine' };

function firstMessages({ env }: Settings, { brokers }: Assembly): string[] {
  const event = '{"messageId":"m-1","to":[{"email":"ada@inbox.test"}],"subject":"Hello","text":"It works"}';
  return [
    '  npm run send -- email --to ada@inbox.test --subject Hello --text "It works"',
    '  npm run send -- sms --to +12025550123 --body "It works"',
    `  echo '${event}' |`,
    `    kcat -P -b ${brokers} -t ${topicName(topics.emailRequested, topicPrefixOf(env))}`,
  ];
}

/** The settings by which other commands reach this system. */
function otherSettings({ env }: Settings): string {
  const dataDir = env['DATA_DIR'];
  return dataDir ? `   (with DATA_DIR=${dataDir})` : '';
}

const row = (label: string, value: string) => `${label.padEnd(15)}${value}`;

function boxed(lines: string[]): string {
  const line = '─'.repeat(Math.max(...lines.map((text) => text.length)) + 1);
  return ['', line, ...lines, line, ''].join('\n');
}
