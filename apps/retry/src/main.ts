import { topics } from '#libs/contracts';
import { runService } from '#libs/runtime';
import { isNoConcern } from './answer/answered.policy.ts';
import { RetryConfig } from './retry.config.ts';
import { migrations } from './retry.migrations.ts';
import { EndingService } from './plan/ending.service.ts';
import { RetryModule } from './retry.module.ts';

void runService({
  name: 'retry',
  schema: RetryConfig,
  migrations,
  module: RetryModule,
  skip: ({ topic, headers }) => topic.name === topics.statusChanged.name && isNoConcern(headers),
  onQuarantine: (app, record, error) => app.get(EndingService).onQuarantine(record, error),
});
