import { isOtherFact, topics } from '#libs/contracts';
import { runService } from '#libs/runtime';
import { RetryConfig } from './retry.config.ts';
import { migrations } from './retry.migrations.ts';
import { RetryModule } from './retry.module.ts';

void runService({
  name: 'retry',
  schema: RetryConfig,
  migrations,
  module: RetryModule,
  // Only the provider's word can stop a plan.
  passOver: ({ topic, headers }) => topic.name === topics.statusChanged.name && isOtherFact(headers, { sources: ['receipt', 'lookup'] }),
});
