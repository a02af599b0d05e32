import type { ServiceDefinition } from '#libs/runtime';
import { serveDocs } from './api/docs/docs.ts';
import { salvage } from './intake/salvage.ts';
import { ReportingConfig } from './reporting.config.ts';
import { reportingMigrations } from './reporting.migrations.ts';
import { ReportingModule } from './reporting.module.ts';

/** What was asked for, what became of it, and the API that tells. */
export const reporting: ServiceDefinition<typeof ReportingConfig> = {
  name: 'reporting',
  schema: ReportingConfig,
  migrations: reportingMigrations,
  module: ReportingModule,
  prepare: serveDocs,
  salvage,
};
