import { runService } from '#libs/runtime';
import { RetryConfig } from './retry.config.ts';
import { migrations } from './retry.migrations.ts';
import { RetryModule } from './retry.module.ts';

void runService({ name: 'retry', schema: RetryConfig, migrations, module: RetryModule });
