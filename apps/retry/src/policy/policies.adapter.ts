import { Health, Jobs, LOGGER, WatchedFile } from '#libs/runtime';
import type { Logger } from '#libs/telemetry';
import { Inject, Injectable } from '@nestjs/common';
import type { RetryPolicy } from '../plan/decision.ts';
import { retryConfig, type RetryConfig } from '../retry.config.ts';
import { Policies } from './policies.port.ts';
import { readPolicy } from './policy-file.ts';
import { policyOf } from './policy.settings.ts';

/** The policy of the file, read again when it changes; without a file that of the settings. */
@Injectable()
export class FilePolicies extends Policies {
  private readonly policy: { readonly current: RetryPolicy };
  private readonly file: WatchedFile<RetryPolicy> | undefined;

  /** @throws InvalidConfiguration where the file is wrong from the beginning */
  constructor(
    @Inject(retryConfig.KEY) config: RetryConfig,
    @Inject(Health) health: Pick<Health, 'addConcern'>,
    @Inject(Jobs) jobs: Pick<Jobs, 'add'>,
    @Inject(LOGGER) logger: Pick<Logger, 'info' | 'error'>,
  ) {
    super();
    const { RETRY_POLICY_FILE: path } = config;
    const file =
      path === undefined
        ? undefined
        : new WatchedFile<RetryPolicy>({
            file: path,
            setting: 'RETRY_POLICY_FILE',
            holds: 'the retry policy',
            form: 'docs/schemas/retry-policy.schema.json',
            read: (text) => {
              const read = readPolicy(text);
              return 'policy' in read ? { value: read.policy } : read;
            },
            logger,
          });
    this.file = file;
    this.policy = file ?? { current: policyOf(config) };
    if (!file) return;
    health.addConcern('policy', () => file.concern());
    jobs.add(file.job('policy'));
  }

  get current(): RetryPolicy {
    return this.policy.current;
  }

  /** Looks at the file once. One that cannot be read changes nothing: the policy before it stays. */
  look(): void {
    this.file?.look();
  }
}
