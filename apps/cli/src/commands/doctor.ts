/** `npm run doctor`: whether everything that is configured can be used, and what to do where not. */
import { parseArgs } from 'node:util';
import type { Finding } from '#libs/providers';
import { type Diagnosis, examine } from '../doctor/doctor.ts';
import { explain, reasonOf } from '../problem.ts';
import { withRunningStack } from '../environment/running-system.ts';
import { withEnvFile } from '../environment/env.ts';

const usage = `Usage: npm run doctor [-- --fix] [--json] [--strict] [--providers]
  --fix        registers our webhooks at the providers; keys that come with them go to files in DATA_DIR/keys
  --strict     what is only worth a warning counts, too
  --providers  leaves Kafka and PostgreSQL out
Exit code: 0 nothing to fix, 1 something to fix, 2 wrong use`;

const marks = { ok: '✓', warn: '!', fail: '✗', skipped: '-' } as const;

async function main(): Promise<number> {
  const flag = { type: 'boolean', default: false } as const;
  const { values } = parseArgs({
    options: { fix: flag, json: flag, strict: flag, providers: flag, help: { ...flag, short: 'h' } },
  });
  if (values.help) {
    console.log(usage);
    return 0;
  }
  const diagnosis = await examine(withRunningStack(withEnvFile(process.env)), {
    fix: values.fix,
    providersOnly: values.providers,
  });
  if (values.json) console.log(JSON.stringify(diagnosis, null, 2));
  else show(diagnosis);
  const warned = diagnosis.findings.some(({ state }) => state === 'warn');
  return diagnosis.well && !(values.strict && warned) ? 0 : 1;
}

function show({ findings, repairs, well }: Diagnosis): void {
  for (const { what, done, set } of repairs) {
    console.log(`${done ? '+' : '✗'} ${what}`);
    if (set)
      console.log(`    Set ${set.setting}=${set.file}, without the variable it stands for, and restart the service.`);
  }
  for (const finding of findings) console.log(lineOf(finding));
  console.log(
    well ? '\nNothing has to be fixed.' : '\nSomething has to be fixed: docs/doctor.md tells what each line means.',
  );
}

const lineOf = ({ id, state, seen, remedy }: Finding) =>
  `${marks[state]} ${id.padEnd(26)}${seen}${remedy ? `\n    ${remedy}` : ''}`;

try {
  process.exitCode = await main();
} catch (error) {
  const usageError = (error as { code?: string }).code?.startsWith('ERR_PARSE_ARGS');
  console.error(usageError ? `${reasonOf(error)}\n${usage}` : explain(error));
  process.exitCode = usageError ? 2 : 1;
}
