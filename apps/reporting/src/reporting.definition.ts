import type { ServiceDefinition } from '#libs/runtime';
import { serveDocs } from './api/docs/docs.ts';
import { salvage } from './intake/salvage.ts';
import { ReportingConfig } from './reporting.config.ts';
import { reportingMigrations } from './reporting.migrations.ts';
import { ReportingModule } from './reporting.module.ts';

/** Stores requests and facts, and serves the API over them. */
export const reporting: ServiceDefinition<typeof ReportingConfig> = {
  name: 'reporting',
  schema: ReportingConfig,
  migrations: reportingMigrations,
  module: ReportingModule,
  prepare: serveDocs,
  salvage,
};
