import { readFileSync } from 'node:fs';
import { InvalidConfiguration } from '#libs/contracts';
import { Health, Jobs, LOGGER } from '#libs/runtime';
import type { Logger } from '#libs/telemetry';
import { Inject, Injectable } from '@nestjs/common';
import type { RetryPolicy } from '../plan/decision.ts';
import { retryConfig, type RetryConfig } from '../retry.config.ts';
import { Policies } from './policies.port.ts';
import { type ReadPolicy, readPolicy } from './policy-file.ts';
import { policyOf } from './policy.settings.ts';

/** How often the file is looked at. Mounted files (a ConfigMap) change without an event. */
const LOOK_EVERY_MS = 2_000;

/** The policy of the file, read again when it changes; without a file that of the settings. */
@Injectable()
export class FilePolicies extends Policies {
  private policy: RetryPolicy;
  private text: string | undefined;
  /** What is wrong with the file as it is now. */
  private problems: readonly string[] = [];
  private readonly file: string | undefined;

  constructor(
    @Inject(retryConfig.KEY) config: RetryConfig,
    @Inject(Health) health: Pick<Health, 'addConcern'>,
    @Inject(Jobs) jobs: Pick<Jobs, 'add'>,
    @Inject(LOGGER) private readonly logger: Pick<Logger, 'info' | 'error'>,
  ) {
    super();
    this.file = config.RETRY_POLICY_FILE;
    this.policy = this.file === undefined ? policyOf(config) : this.firstOf(this.file);
    if (this.file === undefined) return;
    health.addConcern('policy', () => this.concern());
    jobs.add({ name: 'policy', everyMs: LOOK_EVERY_MS, round: () => Promise.resolve(this.look()) });
  }

  get current(): RetryPolicy {
    return this.policy;
  }

  /** Looks at the file once. One that cannot be read changes nothing: the policy before it stays. */
  look(): void {
    if (this.file === undefined) return;
    const { text, read } = this.readOf(this.file);
    if (text === this.text && text !== undefined) return;
    const isNews = 'policy' in read || read.problems.join() !== this.problems.join();
    this.text = text;
    if ('policy' in read) {
      this.policy = read.policy;
      this.problems = [];
      this.logger.info({ file: this.file }, 'the retry policy has changed');
    } else {
      this.problems = read.problems;
      if (isNews)
        this.logger.error(
          { file: this.file, problems: read.problems },
          'the retry policy stays as it was: its file is wrong',
        );
    }
  }

  /** @throws InvalidConfiguration where there is no policy to begin with */
  private firstOf(file: string): RetryPolicy {
    const { text, read } = this.readOf(file);
    this.text = text;
    if ('policy' in read) return read.policy;
    const problems = read.problems.map((problem) => `\n  - ${problem}`).join('');
    throw new InvalidConfiguration(`RETRY_POLICY_FILE (${file}) is no retry policy:${problems}`);
  }

  private readOf(file: string): { text: string | undefined; read: ReadPolicy } {
    try {
      const text = readFileSync(file, 'utf8');
      return { text, read: readPolicy(text) };
    } catch (error) {
      const code = (error as NodeJS.ErrnoException).code ?? 'error';
      return { text: undefined, read: { problems: [`the file cannot be read (${code})`] } };
    }
  }

  private concern(): { meaning: string; remedy: string } | undefined {
    if (this.problems.length === 0) return undefined;
    return {
      meaning: `The retry policy stays as it was, since its file is wrong: ${this.problems.join('; ')}.`,
      remedy:
        'Correct the file of RETRY_POLICY_FILE (docs/schemas/retry-policy.schema.json); it is read again by itself.',
    };
  }
}
