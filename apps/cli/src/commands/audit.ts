import { CliCommand, collect } from '../command.ts';
import { withEnvFile } from '../environment/env.ts';
import { withRunningStack } from '../environment/running-system.ts';
import { knownRow } from '../audit/known-rows.ts';

const BROKEN = 1;
const NO_ANSWER = 2;

/** The audit: who changed or revealed what. */
export function auditCommand(): CliCommand {
  return new CliCommand('audit')
    .summary('Exports and verifies the audit: who changed or revealed what.')
    .description(
      'Exports and verifies the audit of the reporting API (docs/access.md#the-audit): who changed or revealed what, ' +
        'in a chain of hashes. It needs a key with the scope admin; only one of all tenants sees the whole chain.',
    )
    .addCommand(
      new CliCommand('export')
        .description('Prints the audit, one JSON object a line, oldest first.')
        .option('--after <n>', 'only what follows this row', '0')
        .example('audit export > audit.jsonl', 'audit export --after 1200 >> audit.jsonl')
        .reads('REPORTING_URL', 'REPORTING_KEY')
        .exits({ 0: 'done', [NO_ANSWER]: 'wrong use, refused, or no answer' })
        .does(
          async ({ after }: { after: string }) =>
            (await import('../audit/perform.ts')).exportRows(environment(), after),
          { trouble: NO_ANSWER },
        ),
    )
    .addCommand(
      new CliCommand('verify')
        .description(
          'Follows the chain, and names every row that was changed, removed or inserted. Against an earlier export, ' +
            'or the number and hash of a row that was noted elsewhere, it also finds a chain that was rewritten.',
        )
        .argument('[file]', 'an export to verify instead of the running system; - reads standard input')
        .option('--known <n:hash>', 'a row that was noted before (repeatable)', collect)
        .option('--against <file>', 'an earlier export: its rows must be there, unchanged')
        .option('--json', 'as JSON')
        .example('audit verify', 'audit verify --against audit.jsonl', 'audit verify audit.jsonl')
        .reads('REPORTING_URL', 'REPORTING_KEY')
        .exits({
          0: 'the chain holds',
          [BROKEN]: 'the chain is broken; the output says where',
          [NO_ANSWER]: 'wrong use, refused, or no answer',
        })
        .does(
          async (file: string | undefined, { known = [], against, json = false }: VerifyValues) =>
            (await import('../audit/perform.ts')).verify(environment(), {
              file,
              known: known.map(knownRow),
              against,
              json,
            }),
          { trouble: NO_ANSWER },
        ),
    );
}

interface VerifyValues {
  known?: readonly string[];
  against?: string;
  json?: boolean;
}

const environment = () => withRunningStack(withEnvFile(process.env));
