import tab from '@bomb.sh/tab/commander';
import { CommanderError } from 'commander';
import { CliCommand, USAGE_ERROR } from './command.ts';
import { auditCommand } from './commands/audit.ts';
import { cancelCommand, controlsCommand, pauseCommand, resumeCommand, withdrawCommand } from './commands/controls.ts';
import { custodyCommand } from './commands/custody.ts';
import { doctorCommand } from './commands/doctor.ts';
import { explainCommand } from './commands/explain.ts';
import { holdsCommand } from './commands/holds.ts';
import { keysCommand } from './commands/keys.ts';
import { discardCommand, redriveCommand } from './commands/redrive.ts';
import { lettersCommand } from './commands/letters.ts';
import { opsCommand } from './commands/ops.ts';
import { reportingCommand } from './commands/reporting.ts';
import { restoreCommand } from './commands/restore.ts';
import { smokeCommand } from './commands/smoke.ts';
import { statusCommand } from './commands/status.ts';
import { suppressionsCommand } from './commands/suppressions.ts';
import { templatesCommand } from './commands/templates.ts';
import { topicsCommand } from './commands/topics.ts';
import { unreadableCommand } from './commands/unreadable.ts';
import { explain, UsageError } from './errors.ts';

/** The operators' commands, wherever the platform runs. */
const operatorCommands = () => [
  statusCommand(),
  doctorCommand(),
  topicsCommand(),
  suppressionsCommand(),
  custodyCommand(),
  pauseCommand(),
  resumeCommand(),
  cancelCommand(),
  withdrawCommand(),
  controlsCommand(),
  holdsCommand(),
  explainCommand(),
  lettersCommand(),
  redriveCommand(),
  discardCommand(),
  opsCommand(),
  keysCommand(),
  auditCommand(),
  reportingCommand(),
  restoreCommand(),
  unreadableCommand(),
  templatesCommand(),
  smokeCommand(),
];

/**
 * The whole command `messaging`.
 * @param before commands that are shown before the operators' ones
 * @param after commands that are shown after them
 */
export function createProgram(before: readonly CliCommand[] = [], after: readonly CliCommand[] = []): CliCommand {
  const program = new CliCommand('messaging')
    .description('Runs, checks and steers the messaging platform.')
    .enablePositionalOptions()
    .usage('<command> [options]')
    .example('topics plan', 'doctor --json', 'topics --help')
    .exits({ 0: 'done', 1: 'it did not go well; the output says why', 2: 'wrong use' });
  for (const command of grouped('On this machine:', before)) program.addCommand(command);
  for (const command of grouped('For operators:', operatorCommands())) program.addCommand(command);
  for (const command of grouped('For this repository:', after)) program.addCommand(command);
  tab(program, { completionCommandName: 'completion' });
  describeCompletion(program);
  return program;
}

const grouped = (heading: string, commands: readonly CliCommand[]) =>
  commands.map((command) => command.helpGroup(heading));

function describeCompletion(program: CliCommand): void {
  const completion = program.commands.find((command) => command.name() === 'completion') as CliCommand;
  completion
    .summary('Prints a script that completes commands and options in your shell.')
    .description(
      'Prints a script that completes commands and options in your shell. It needs messaging on the PATH, ' +
        'in a checkout by export PATH="$PWD/node_modules/.bin:$PATH".',
    )
    .example('completion bash > ~/.messaging-completion && echo "source ~/.messaging-completion" >> ~/.bashrc')
    .example('completion zsh > ~/.messaging-completion && echo "source ~/.messaging-completion" >> ~/.zshrc')
    .example('completion fish > ~/.config/fish/completions/messaging.fish');
}

/** What a shell shows of a program that was ended since nobody reads its output any more (128 + SIGPIPE). */
const NOBODY_READS = 141;

/** Runs the program and sets the exit code. Wrong use is answered by one sentence and a remedy. */
export async function run(program: CliCommand, args: readonly string[]): Promise<void> {
  // `messaging … | head` closes the pipe: that is no fault, and Node does not end by itself.
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error;
    process.exit(NOBODY_READS);
  });
  if (args.length === 0 && program.commands.length > 0) {
    program.outputHelp();
    return;
  }
  try {
    await program.parseAsync(args, { from: 'user' });
  } catch (error) {
    if (error instanceof CommanderError) process.exitCode = error.exitCode === 0 ? 0 : USAGE_ERROR;
    else {
      console.error(explain(error));
      process.exitCode = error instanceof UsageError ? USAGE_ERROR : 1;
    }
  }
}
