import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { CliCommand } from '../../command.ts';
import { projectRoot } from '../../environment/env.ts';
import { setUp } from './setup.ts';

interface Tool {
  name: string;
  /** The path of the script, from the root of the repository. */
  file: string;
  description: string;
  examples: string[];
  needs: Parameters<typeof setUp>;
  /** Its exit codes besides 0. */
  exits: Record<number, string>;
}

const tools: readonly Tool[] = [
  {
    name: 'check',
    file: 'tools/check.ts',
    description: 'Checks format, types, lint, boundaries and generated files.',
    examples: ['check'],
    needs: [],
    exits: { 1: 'a part failed; the output names it' },
  },
  {
    name: 'test',
    file: 'tools/test.ts',
    description: 'Runs the tests on real Kafka and PostgreSQL; options go on to jest.',
    examples: ['test', 'test --selectProjects unit', 'test --testPathPatterns kill'],
    needs: ['--build', '--kafka'],
    exits: { 1: 'a test failed' },
  },
  {
    name: 'bench',
    file: 'bench/run.ts',
    description: 'Measures the platform (docs/performance.md): dispatch, failover, keyed, latency, retry or webhooks.',
    examples: ['bench dispatch', 'bench latency --json', 'bench --help'],
    needs: ['--build', '--kafka'],
    exits: { 1: 'it could not be measured', 2: 'wrong use' },
  },
  {
    name: 'chaos',
    file: 'tools/chaos.ts',
    description: 'Breaks a system of its own and checks that nothing is lost or sent twice (docs/chaos.md).',
    examples: ['chaos --messages 2000 --kills 8 --seed 7', 'chaos outage', 'chaos parked', 'chaos --help'],
    needs: ['--build', '--kafka'],
    exits: { 1: 'something was lost, sent twice, turned around or left open', 2: 'it could not be run, or wrong use' },
  },
  {
    name: 'generate',
    file: 'tools/generate.ts',
    description: 'Renews the generated pages under docs/.',
    examples: ['generate', 'generate --check'],
    needs: [],
    exits: { 1: 'with --check: a page is stale' },
  },
  {
    name: 'sdks',
    file: 'tools/sdks.ts',
    description: 'Tries the official libraries of other languages against the sandbox (apps/sandbox/README.md).',
    examples: ['sdks'],
    needs: ['--build'],
    exits: { 1: 'a library did not work' },
  },
];

/** The repository's own tools. Each parses its options itself. */
export const toolCommands = (): CliCommand[] =>
  tools.filter(({ file }) => existsSync(join(projectRoot, file))).map(commandOf);

function commandOf({ name, file, description, examples, needs, exits }: Tool): CliCommand {
  return new CliCommand(name)
    .description(description)
    .argument('[options...]', 'its own options')
    .helpOption(false)
    .allowUnknownOption()
    .passThroughOptions()
    .example(...examples)
    .exits({ 0: 'it went well', ...exits })
    .does(async (options: string[]) => {
      if (!setUp(...needs)) return 1;
      await runAsItself(join(projectRoot, file), options);
      return Number(process.exitCode ?? 0);
    });
}

/** In this process, so that signals and exit codes reach the tool. */
async function runAsItself(file: string, options: readonly string[]): Promise<void> {
  process.argv.splice(1, Infinity, file, ...options);
  await import(pathToFileURL(file).href);
}
