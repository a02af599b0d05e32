import { ControlReports, Controls, Jobs, LOGGER, made, POOL, PostgresControls } from '#libs/runtime';
import { Publisher } from '#libs/transport';
import { CancelledPlans } from './cancelled-plans.port.ts';
import { PostgresCancelledPlans } from './cancelled-plans.store.ts';
import { PlannedSends } from './concerned-plans.port.ts';
import { PostgresPlannedSends } from './concerned-plans.store.ts';
import { PausePreviewService } from './pause-preview.service.ts';
import { SweepService } from './sweep.service.ts';

/** What retry does about operators' controls, beside asking them with its keys and decisions. */
export const controlParts = [
  { provide: CancelledPlans, useClass: PostgresCancelledPlans },
  SweepService,
  { provide: PlannedSends, useClass: PostgresPlannedSends },
  PausePreviewService,
  made(Controls, { pool: POOL }, ({ pool }) => new PostgresControls(pool, 'retry')),
  made(
    ControlReports,
    { controls: Controls, publisher: Publisher, logger: LOGGER, sweep: SweepService, jobs: Jobs },
    ({ sweep, jobs, ...parts }) => {
      // Retry makes no calls: what it has is in force with its next round.
      const reports = new ControlReports({
        ...parts,
        service: 'retry',
        leaseMs: 0,
        carryOut: (open) => sweep.carryOut(open),
      });
      for (const job of reports.jobs()) jobs.add(job);
      return reports;
    },
  ),
];
