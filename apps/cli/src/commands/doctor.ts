import type { Finding } from '#libs/providers';
import { CliCommand } from '../command.ts';
import type { Diagnosis } from '../doctor/doctor.ts';
import { withEnvFile } from '../environment/env.ts';
import { withRunningStack } from '../environment/running-system.ts';

const marks = { ok: '✓', warn: '!', fail: '✗', skipped: '-' } as const;

interface Options {
  fix?: boolean;
  json?: boolean;
  strict?: boolean;
  providers?: boolean;
}

/** Checks whether everything that is configured can be used, and gives remedies. */
export const doctorCommand = (): CliCommand =>
  new CliCommand('doctor')
    .description(
      'Checks keys, scopes, senders, webhooks, clocks, Kafka and PostgreSQL, and says what to do (docs/doctor.md).',
    )
    .option('--fix', 'register our webhooks at the providers; keys that come with them go to files in DATA_DIR/keys')
    .option('--json', 'the findings as JSON')
    .option('--strict', 'let warnings count as failures')
    .option('--providers', 'leave Kafka and PostgreSQL out')
    .example('doctor', 'doctor --fix', 'doctor --json --providers')
    .exits({ 0: 'all is well', 1: 'something needs a remedy', 2: 'wrong use' })
    .does(diagnose);

async function diagnose({ fix = false, json, strict, providers = false }: Options): Promise<number> {
  const { examine } = await import('../doctor/doctor.ts');
  const diagnosis = await examine(withRunningStack(withEnvFile(process.env)), { fix, providersOnly: providers });
  if (json) console.log(JSON.stringify(diagnosis, null, 2));
  else show(diagnosis);
  const warned = diagnosis.findings.some(({ state }) => state === 'warn');
  return diagnosis.well && !(strict && warned) ? 0 : 1;
}

function show({ findings, repairs, well }: Diagnosis): void {
  for (const { what, done, set } of repairs) {
    console.log(`${done ? '+' : '✗'} ${what}`);
    if (set)
      console.log(`    Set ${set.setting}=${set.file}, without the variable it stands for, and restart the service.`);
  }
  for (const finding of findings) console.log(lineOf(finding));
  console.log(
    well ? '\nNothing has to be fixed.' : '\nSomething has to be fixed: docs/doctor.md says what each line means.',
  );
}

const lineOf = ({ id, state, seen, remedy }: Finding) =>
  `${marks[state]} ${id.padEnd(26)}${seen}${remedy ? `\n    ${remedy}` : ''}`;
