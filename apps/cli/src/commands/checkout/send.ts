import { type Channel, Lane } from '#libs/contracts';
import { CliCommand, collect } from '../../command.ts';
import { type ContentOf, emailOf, orderOf, type SendOrder, smsOf, type Values } from '../../send/order.ts';

const NO_RESPONSE = 2;

/** Sends the ordered message; returns the exit code. */
export type ExecuteOrder = (order: SendOrder) => Promise<number>;

/**
 * Publishes a message and follows it to its end.
 * @param execute executes the order
 * @param now the time, in milliseconds
 */
export function sendCommand(execute: ExecuteOrder = publishAndFollow, now = Date.now): CliCommand {
  const ordered = (channel: Channel, contentOf: ContentOf) => (values: Values) =>
    execute(orderOf(channel, contentOf, values, now()));
  return new CliCommand('send')
    .description('Publishes a message as any upstream service does, follows it to its end and shows its timeline.')
    .addCommand(
      withShared(withEmail(new CliCommand('email').description('Sends an e-mail.')))
        .example(
          'send email --to ada@inbox.test --subject Hello --text "It works"',
          'send email --to ada@inbox.test --template welcome --var name=Ada --var productName=Engines ' +
            '--var startUrl=https://example.org/',
        )
        .does(ordered('email', emailOf), { trouble: NO_RESPONSE }),
    )
    .addCommand(
      withShared(withSms(new CliCommand('sms').description('Sends an SMS, MMS or WhatsApp message.')))
        .example('send sms --to +12025550123 --body "It works"')
        .does(ordered('sms', smsOf), { trouble: NO_RESPONSE }),
    );
}

const withEmail = (command: CliCommand) =>
  command
    .option('--to <mailbox>', 'a recipient: ada@inbox.test or "Ada <ada@inbox.test>" (repeatable)', collect)
    .option('--cc <mailbox>', 'a recipient of a copy (repeatable)', collect)
    .option('--bcc <mailbox>', 'a recipient of a blind copy (repeatable)', collect)
    .option('--from <mailbox>', 'the sender')
    .option('--reply-to <mailbox>', 'the reply address')
    .option('--subject <text>', 'the subject')
    .option('--text <text>', 'the content as text')
    .option('--html <html>', 'the content as HTML');

const withSms = (command: CliCommand) =>
  command
    .option('--to <number>', 'the recipient, such as +12025550123')
    .option('--from <sender>', 'the sender')
    .option('--body <text>', 'the content')
    .option('--media <url>', 'a picture or another file (repeatable)', collect)
    .addOption(command.createOption('--kind <kind>', 'SMS, MMS or WhatsApp').choices(['sms', 'mms', 'whatsapp']));

const withShared = (command: CliCommand) =>
  command
    .option('--template <name>', 'a template instead of content')
    .option('--template-version <n>', 'an older version of it')
    .option('--var <name=value>', 'a variable of it; a value that is JSON is read as such (repeatable)', collect)
    .option('--id <messageId>', 'its id (default: a new one)')
    .option('--tenant <name>', 'on whose behalf')
    .addOption(command.createOption('--lane <lane>', 'its lane').choices(Lane.options).default('transactional'))
    .addOption(command.createOption('--category <category>', 'its category').choices(['transactional', 'marketing']))
    .option('--send-at <time>', 'not before this time, ISO 8601')
    .option('--expires-at <time>', 'not after this time, ISO 8601')
    .option('--timeout <seconds>', 'give up following after this long, counted from --send-at', '60')
    .option('--json', 'only the timeline, as JSON')
    .reads('KAFKA_BROKERS', 'REPORTING_URL', 'REPORTING_KEY')
    .exits({ 0: 'delivered', 1: 'another end', 2: 'wrong use, no answer or time-out' });

async function publishAndFollow(order: SendOrder): Promise<number> {
  const { send } = await import('../../send/send.ts');
  return send(order);
}
