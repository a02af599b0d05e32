/** What the alerts compare with. One place, for whoever wants other limits: change them and run `npm run generate`. */
export const objectives = {
  /** Share of accepted messages that may end without delivery for reasons that are not the message's own. */
  deliveryErrors: 0.005,
  /** By lane: a provider takes a message within so many seconds (a bound of the histogram), in all but this share. */
  timeToProvider: {
    urgent: { seconds: 10, errors: 0.01 },
    transactional: { seconds: 60, errors: 0.01 },
    bulk: { seconds: 3600, errors: 0.05 },
  },
  /** Fewer accepted messages in an hour say nothing about a share. */
  leastMessages: 50,
  /** Shares of a provider's calls that may fail, of mails that may bounce, and that may be complained about. */
  failedCalls: 0.2,
  bounces: 0.05,
  complaints: { warning: 0.001, critical: 0.003 },
  /** Records of a partition that may wait, by lane. */
  lag: { urgent: 1_000, transactional: 20_000 },
  parked: 10_000,
  latenessSeconds: 60,
  eventLoopSeconds: 0.5,
  /** A period of reporting’s messages should be followed by the next after 22 days (REPORTING_TIMELINE_DAYS / 4). */
  periodDays: 28,
} as const;

/** Google's multi-window burn rates: how much of a month's budget goes, seen over a long and a short window. */
export const burnRates = [
  { severity: 'critical', factor: 14.4, long: '1h', short: '5m', for: '2m' },
  { severity: 'critical', factor: 6, long: '6h', short: '30m', for: '15m' },
  { severity: 'warning', factor: 3, long: '1d', short: '2h', for: '1h' },
] as const;

/** Every window that a burn rate looks at. */
export const windows = [...new Set(burnRates.flatMap(({ long, short }) => [short, long]))];
