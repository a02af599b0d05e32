import type { InstrumentRow } from './instrument-row.ts';

export interface HistogramRow extends InstrumentRow {
  /** Upper bounds of its buckets, in its unit, ascending; one more bucket takes what is above. */
  boundaries: readonly number[];
}

const MINUTE = 60;
const HOUR = 60 * MINUTE;

/** All histograms of the platform. A new one is a row here, and a call of `measure(histograms.name, labels, value)`. */
export const histograms = {
  attemptDuration: {
    name: 'mi.attempt.duration',
    unit: 's',
    meaning: 'How long calls to a provider took, from the call to its answer, or until it was given up.',
    labels: { 'mi.channel': 'email, sms', 'mi.provider': 'provider' },
    boundaries: [0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30],
    remedy: 'look at the provider’s status page; more calls are under way while they take longer',
  },
  timeToProvider: {
    name: 'mi.message.time_to_provider',
    unit: 's',
    meaning:
      'From the request, or the time it was scheduled for, until a provider took the message; counted by reporting ' +
      'as it reads the facts.',
    labels: { 'mi.channel': 'email, sms', 'mi.lane': 'urgent, transactional, bulk', 'mi.provider': 'provider' },
    boundaries: [0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, MINUTE, 5 * MINUTE, HOUR, 24 * HOUR],
    remedy: 'look at the lag of the lane, at holds and circuits, and at what retry has waiting',
  },
  timeToDelivery: {
    name: 'mi.message.time_to_delivery',
    unit: 's',
    meaning:
      'From the request, or the time it was scheduled for, until the provider reported the message delivered; ' +
      'counted by reporting as it reads the facts.',
    labels: { 'mi.channel': 'email, sms', 'mi.lane': 'urgent, transactional, bulk', 'mi.provider': 'provider' },
    boundaries: [0.1, 0.5, 1, 2.5, 5, 10, 30, MINUTE, 5 * MINUTE, 15 * MINUTE, HOUR, 6 * HOUR, 24 * HOUR, 72 * HOUR],
    remedy: 'compare with `mi.message.time_to_provider`: what is beyond it is the provider’s time, or its webhook’s',
  },
} as const satisfies Record<string, HistogramRow>;
