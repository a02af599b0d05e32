/**
 * The running system for the end-to-end tests: `npm start -- --detach` with ports and a folder of its own. Told is the
 * environment the system was started with.
 */
import { spawn } from 'node:child_process';
import { cpSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { CliError } from '../../apps/cli/src/errors.ts';
import { anAuthority } from '../secure/certificates.ts';
import { startTraceCollector } from '../trace-collector.ts';
import { freePorts } from './free-ports.ts';
import { host } from './hosting.ts';

const names = [
  'KAFKA_PORT',
  'KAFKA_CONTROLLER_PORT',
  'POSTGRES_PORT',
  'SANDBOX_PORT',
  'REPORTING_PORT',
  'EMAIL_PORT',
  'SMS_PORT',
  'RETRY_PORT',
  'REPORTING_METRICS_PORT',
  'EMAIL_METRICS_PORT',
  'SMS_METRICS_PORT',
  'RETRY_METRICS_PORT',
  'EMAIL_INTERNAL_PORT',
  'SMS_INTERNAL_PORT',
  'RETRY_INTERNAL_PORT',
];

await host('e2e', async ({ dataDir, atEnd }) => {
  const ports = await freePorts(names.length);
  // Files that requests name by URL come from a test's own https server on this machine.
  const authority = anAuthority('Files for tests');
  const filesAuthority = join(dataDir, 'files-authority.pem');
  writeFileSync(filesAuthority, authority.certificate);
  writeFileSync(join(dataDir, 'files-server.json'), JSON.stringify(authority.issue('localhost')), { mode: 0o600 });
  // A folder of its own for the templates, so that a test may add a version to one.
  const templates = join(dataDir, 'templates');
  cpSync(join(import.meta.dirname, '..', '..', 'templates'), templates, { recursive: true });
  addTemplate(templates, 'greeting', {
    'template.yaml':
      'description: A greeting.\nvariables:\n  name: { type: string, description: Who., example: Ada }\n',
    'subject.hbs': 'For {{name}}',
    'text.hbs': 'Hello {{name}}.',
  });
  const own: Record<string, string> = {
    DATA_DIR: dataDir,
    ...Object.fromEntries(names.map((name, index) => [name, ports[index]!])),
    // A killed service's claims become unconfirmed when their lease is over: a short one spares the tests the wait.
    SENDGRID_TIMEOUT_MS: '2000',
    TWILIO_TIMEOUT_MS: '2000',
    LEASE_GUARD_MS: '1000',
    // The tests poll by one key, many at a time.
    REPORTING_RATE_PER_MINUTE: '1000000',
    // As of a paid plan: another provider must be able to take what one does not.
    RESEND_RATE_PER_S: '200',
    SANDBOX_RESEND_RATE_PER_S: '200',
    // One minute otherwise: how long the request of a cancelled message is waited for.
    CANCEL_WAIT_MS: '5000',
    // Texts to this range go from the first sender that can.
    SMS_SENDERS: JSON.stringify([{ country: '+1202555016', sender: ['+15005550007', '+15005550036', '+15005550006'] }]),
    // Ten minutes and an hour otherwise: when a message whose receipt does not come is asked for.
    REPORTING_RECEIPT_ASK_AFTER_MS: '4000',
    RECEIPT_FIRST_LOOK_MS: '1000',
    // Only at midnight it is not quiet: what marketing texts do must not depend on the time of day of the tests.
    QUIET_HOURS: JSON.stringify([{ name: 'nearly-always', channel: 'sms', quiet: '00:01-00:00' }]),
    TEMPLATES_DIR: templates,
    FILES_ALLOWED_ADDRESSES: '127.0.0.1,::1',
    NODE_EXTRA_CA_CERTS: filesAuthority,
    OTEL_EXPORTER_OTLP_ENDPOINT: await startTraceCollector(),
    OTEL_EXPORTER_OTLP_PROTOCOL: 'http/json',
    OTEL_BSP_SCHEDULE_DELAY: '500',
  };
  atEnd(() => run(own, 'down'));
  const { code, output } = await run(own, 'up', '--detach');
  if (code !== 0) throw new CliError(output);
  return { env: own };
});

function addTemplate(templates: string, name: string, files: Record<string, string>): void {
  const folder = join(templates, name, '1');
  mkdirSync(folder, { recursive: true });
  for (const [file, content] of Object.entries(files)) writeFileSync(join(folder, file), content);
}

async function run(own: Record<string, string>, ...args: string[]): Promise<{ code: number | null; output: string }> {
  const node = [
    '--conditions=source',
    '--disable-warning=TimeoutNegativeWarning',
    join(import.meta.dirname, '..', '..', 'apps', 'cli', 'src', 'checkout.ts'),
  ];
  const child = spawn(process.execPath, [...node, ...args], {
    env: { ...withoutAmbient(process.env), ...own },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const code = new Promise<number | null>((resolve) => child.once('exit', resolve));
  const [out, err] = await Promise.all([text(child.stdout), text(child.stderr)]);
  return { code: await code, output: `${out}\n${err}` };
}

/**
 * The tests are about the sandbox: real keys and a Kafka or database given to the developer's shell must not reach
 * them.
 */
function withoutAmbient(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return Object.fromEntries(
    Object.entries(env).filter(
      ([name]) => !/^(SENDGRID_|RESEND_|TWILIO_|KAFKA_|DATABASE_|TEST_|NODE_OPTIONS)/.test(name),
    ),
  );
}
