import { topics } from '#libs/contracts';
import { catchUpOnControls, ControlReports, type ServiceDefinition } from '#libs/runtime';
import { isNoConcern } from './answer/answered.policy.ts';
import { EndingService } from './plan/ending.service.ts';
import { RetryConfig } from './retry.config.ts';
import { migrations } from './retry.migrations.ts';
import { RelearnService } from './restore/relearn.service.ts';
import { relearnedTopics } from './restore/relearned-topics.ts';
import { RetryModule } from './retry.module.ts';

/** The retry service, as it runs. */
export const retryService: ServiceDefinition<typeof RetryConfig> = {
  name: 'retry',
  schema: RetryConfig,
  migrations,
  module: RetryModule,
  skip: ({ topic, headers }) => topic.name === topics.statusChanged.name && isNoConcern(headers),
  onQuarantine: (app, record, error) => app.get(EndingService).onQuarantine(record, error),
  beforeConsuming: async (app, kafka, config) => {
    const controls = app.get(ControlReports);
    await catchUpOnControls(app, { service: 'retry', kafka, config }, (change) => controls.onChanged(change));
  },
  restore: (app) => relearnedTopics(app.get(RelearnService), app.get(ControlReports)),
};
