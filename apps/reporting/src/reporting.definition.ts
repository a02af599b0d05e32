import { catchUpOnControls, type ServiceDefinition } from '#libs/runtime';
import { serveDocs } from './api/docs/docs.ts';
import { ControlPublishing } from './controls/control-publishing.service.ts';
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
  // From the beginning of the topic: its table may be restored, and must not count from below.
  beforeConsuming: async (app, kafka, config) => {
    const controls = app.get(ControlPublishing, { strict: false });
    const around = { service: 'reporting', kafka, config, fromBeginning: true };
    await catchUpOnControls(app, around, (change) => controls.read(change));
    await controls.haveRead();
  },
  salvage,
};
