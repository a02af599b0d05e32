import { Command, type CommanderError } from 'commander';
import { explain, UsageError } from './errors.ts';

/** Exit code of wrong use: an unknown command or option, a missing or invalid value. */
export const USAGE_ERROR = 2;

/** The text of a commander error, without its prefix and on one line. */
const sentenceOf = ({ message }: CommanderError) =>
  message
    .replace(/^error: /, '')
    .replace(/\n\((Did you mean .*)\)$/, '. $1')
    .replace(/\s*\n\s*/g, ' ');

/**
 * One command of `messaging`. Wrong use throws a UsageError and never exits: the caller of the program decides.
 * `--help` and docs/cli.md show its examples and exit codes.
 */
export class CliCommand extends Command {
  readonly examples: string[] = [];
  readonly exitCodes = new Map<number, string>();
  readonly settings: string[] = [];

  constructor(name?: string) {
    super(name);
    this.helpOption('-h, --help', 'show this help');
    this.helpCommand(false);
    this.configureOutput({ outputError: () => undefined });
    this.exitOverride((error) => this.refuse(error));
    this.addHelpText('after', () => this.furtherHelp());
  }

  override createCommand(name?: string): CliCommand {
    return new CliCommand(name);
  }

  /** The full name: `messaging topics plan`. */
  get path(): string {
    const above = this.parent instanceof CliCommand ? `${this.parent.path} ` : '';
    return above + this.name();
  }

  /** @param line without `messaging` */
  example(...lines: string[]): this {
    this.examples.push(...lines.map((line) => `messaging ${line}`));
    return this;
  }

  exits(codes: Record<number, string>): this {
    for (const [code, meaning] of Object.entries(codes)) this.exitCodes.set(Number(code), meaning);
    return this;
  }

  /** Names of the variables that it reads, from the environment or `.env`. */
  reads(...names: string[]): this {
    this.settings.push(...names);
    return this;
  }

  /**
   * @param work does the work, with the arguments and the options of commander; returns the exit code
   * @param trouble the exit code of an error
   */
  does<Given extends unknown[]>(work: (...given: Given) => number | Promise<number>, { trouble = 1 } = {}): this {
    return this.action(async (...given: unknown[]) => {
      try {
        process.exitCode = await work(...(given as Given));
      } catch (error) {
        if (error instanceof UsageError) throw error.remedies.length > 0 ? error : this.usageError(error.message);
        console.error(explain(error));
        process.exitCode = trouble;
      }
    });
  }

  private usageError(message: string): UsageError {
    return new UsageError(message, [`${this.path} --help shows what it takes`]);
  }

  private refuse(error: CommanderError): never {
    if (error.exitCode === 0 || error.code === 'commander.help') throw error;
    const there =
      error.code === 'commander.unknownCommand' && !error.message.includes('Did you mean')
        ? `. There are ${this.commands.map((command) => command.name()).join(', ')}`
        : '';
    throw this.usageError(sentenceOf(error) + there);
  }

  private furtherHelp(): string {
    const codes = [...this.exitCodes].map(([code, meaning]) => `  ${code}  ${meaning}`);
    return [
      ...section(
        'Examples',
        this.examples.map((line) => `  $ ${line}`),
      ),
      ...section(
        'Settings, from the environment or .env',
        this.settings.length > 0 ? [`  ${this.settings.join(', ')}`] : [],
      ),
      ...section('Exit codes', codes),
    ].join('\n');
  }
}

const section = (title: string, lines: readonly string[]) => (lines.length === 0 ? [] : ['', `${title}:`, ...lines]);

/** Collects the values of an option that may be repeated. */
export const collect = (value: string, earlier: readonly string[] = []): string[] => [...earlier, value];
