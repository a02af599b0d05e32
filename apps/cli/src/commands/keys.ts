import { scopes } from '../../../reporting/src/access/caller.policy.ts';
import { CliCommand, collect, USAGE_ERROR } from '../command.ts';
import { withEnvFile } from '../environment/env.ts';
import { withRunningStack } from '../environment/running-system.ts';
import { expiryOf, grantOf, type GrantValues } from '../keys/order.ts';

const REFUSED = 1;

/**
 * The keys of the reporting API.
 * @param now the time, in milliseconds
 */
export function keysCommand(now = Date.now): CliCommand {
  const about = (name: string) =>
    new CliCommand(name)
      .option('--json', 'as JSON')
      .reads('REPORTING_URL', 'REPORTING_KEY')
      .exits({ 0: 'done', [REFUSED]: 'refused, no such key, or no answer', [USAGE_ERROR]: 'wrong use' });
  return new CliCommand('keys')
    .summary('Makes, lists and revokes the keys of the API.')
    .description(
      'Makes, lists and revokes the keys of the reporting API (docs/access.md). It needs a key with the scope admin; ' +
        'nobody gives a scope or a tenant that he does not have.',
    )
    .addCommand(
      about('create')
        .description('Makes a key and shows it, this once.')
        .requiredOption('--name <name>', 'who or what uses it')
        .option('--scope <scope>', `what it may do: ${scopes.join(', ')} (repeatable)`, collect)
        .option('--tenant <tenant>', 'whose messages it may see (repeatable)', collect)
        .option('--all-tenants', 'it may see the messages of all tenants')
        .option('--expires <when>', 'after 12h, 90d, or at an ISO 8601 time (default: never)')
        .example(
          'keys create --name "support desk" --scope read --tenant shop --expires 90d',
          'keys create --name deploy --scope read --scope operate --all-tenants --json',
        )
        .does(async (values: GrantValues & { name: string; expires?: string; json?: boolean }) => {
          const expiresAt = expiryOf(values.expires, now());
          const grant = { name: values.name, ...grantOf(values), ...(expiresAt && { expiresAt }) };
          return create(grant, values.json);
        }),
    )
    .addCommand(
      about('list')
        .description('Lists the keys that you may see, newest first; never the keys themselves.')
        .option('--all', 'also those that were revoked or have expired')
        .example('keys list', 'keys list --all --json')
        .does(list),
    )
    .addCommand(
      about('revoke')
        .description('Revokes a key: it is refused from then on, by every replica.')
        .argument('<id>', 'its id, as the list shows it: the part between mik_ and the next _')
        .example('keys revoke w3CqT81bZk')
        .does(revoke),
    )
    .addCommand(
      new CliCommand('generate')
        .description(
          'Prints a fresh key for REPORTING_BOOTSTRAP_KEY, the first key of an installation. It asks nobody, and ' +
            'the key is worth nothing until the reporting service has it.',
        )
        .example('keys generate')
        .exits({ 0: 'done', [USAGE_ERROR]: 'wrong use' })
        .does(generate),
    );
}

const actions = () => import('../keys/perform.ts');
const environment = () => withRunningStack(withEnvFile(process.env));

async function create(order: object, json = false): Promise<number> {
  return (await actions()).create(environment(), order, json);
}

async function list({ all = false, json = false }: { all?: boolean; json?: boolean }): Promise<number> {
  return (await actions()).list(environment(), all, json);
}

async function revoke(id: string, { json = false }: { json?: boolean }): Promise<number> {
  return (await actions()).revoke(environment(), id, json);
}

async function generate(): Promise<number> {
  return (await actions()).generate();
}
