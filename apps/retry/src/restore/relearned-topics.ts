import {
  type CancelRequested,
  type ControlChanged,
  type ProviderChanged,
  type SendDeferred,
  type StatusChanged,
  topics,
} from '#libs/contracts';
import { type ControlReports, type Reread, reread } from '#libs/runtime';
import type { RelearnService } from './relearn.service.ts';

/** What retry reads again after its schema was restored, in this order. */
export const relearnedTopics = (relearning: RelearnService, controls: Pick<ControlReports, 'onChanged'>): Reread[] => [
  // First: by them it is decided on what was handed over.
  reread<ControlChanged>(topics.controlChanged, 'end', (change) => controls.onChanged(change)),
  reread<ProviderChanged | null>(topics.providerChanged, 'committed', (change, { timestamp }) =>
    relearning.onHold(change, Date.now() - timestamp),
  ),
  reread<SendDeferred>(topics.sendDeferred, 'committed', (deferred) => relearning.onDeferred(deferred)),
  // To its end: what was sent meanwhile must stop what is planned, also where retry had not come to it.
  reread<StatusChanged>(topics.statusChanged, 'end', (fact) => relearning.onFact(fact)),
  reread<CancelRequested>(topics.cancelRequested, 'committed', (request) => relearning.onCancel(request)),
  reread<SendDeferred>(topics.sendDeferred, 'committed', (deferred) => relearning.reportEnd(deferred)),
];
