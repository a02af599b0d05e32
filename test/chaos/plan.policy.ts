import type { ServiceName } from '../../apps/cli/src/environment/env.ts';
import { type Chance, chanceOf } from './check/chance.policy.ts';
import type { Operation } from './operations.policy.ts';

/** What is done to the system's own processes. `at`: milliseconds after the first message. */
export type InjectedFault = { at: number } & (
  | { kind: 'kill'; victim: string }
  /** SIGSTOP, and SIGCONT after `ms`: longer than the group waits for a silent member. */
  | { kind: 'freeze'; victim: string; ms: number }
  /** Ended again as soon as it is back, for `ms`: 0 is a mere restart, orderly with SIGTERM. */
  | { kind: 'end Kafka'; signal: 'SIGTERM' | 'SIGKILL'; ms: number }
  | { kind: 'restart PostgreSQL'; signal: 'SIGINT' | 'SIGKILL' }
  /** All database connections of one service end. */
  | { kind: 'end connections'; service: string }
);

/** What a provider does for a while; `fault` as the sandbox takes it. */
export interface Outage {
  at: number;
  ms: number;
  provider: 'sendgrid' | 'twilio';
  name: string;
  fault: Record<string, unknown>;
}

/** A backup of the database is taken, and schemas are set back to it while their services are stopped. */
export interface PlannedRestore {
  /** Milliseconds after the first message. */
  backupAt: number;
  at: number;
  services: readonly ServiceName[];
}

export interface Plan {
  faults: InjectedFault[];
  outages: Outage[];
  restores: PlannedRestore[];
  /** What operators do meanwhile; missing: nothing. */
  operations?: readonly Operation[];
  /** How long upstream publishes and faults go on, in milliseconds. */
  ms: number;
}

export interface PlanOptions {
  seed: number;
  kills: number;
  /** How often schemas are restored from a backup. */
  restores: number;
  /** Processes that may be killed or frozen. */
  victims: readonly string[];
  /** Services whose database connections may be ended. */
  services: readonly string[];
  sessionTimeoutMs: number;
  /** The longest the services wait for a provider, in milliseconds. */
  callTimeoutMs: number;
}

/** From one blow to the next, in milliseconds. */
const GAP = { from: 3_000, to: 7_000 };
/** From one storm at a provider to its next. */
const BASELINE = { from: 1_000, to: 5_000 };

/** What goes wrong in a run, and when: the same for the same seed. */
export function planOf(options: PlanOptions): Plan {
  const injected = faultsOf(options, chanceOf(options.seed, 'blows'));
  const { faults, restores } = withRestores(injected, options, chanceOf(options.seed, 'restores'));
  const ms = Math.max(
    5_000,
    ...faults.map((fault) => endOf(fault) + 2_000),
    ...restores.map(({ at }) => at + RESTORING_MS),
  );
  const outages = (['sendgrid', 'twilio'] as const).flatMap((provider) =>
    outagesOf(provider, ms, options, chanceOf(options.seed, provider)),
  );
  return { faults, restores, outages: outages.sort((a, b) => a.at - b.at), ms };
}

const endOf = (fault: InjectedFault): number => fault.at + ('ms' in fault ? fault.ms : 0);

type Kind = InjectedFault['kind'];

/** The long one outlasts all that a Kafka client tries by itself. */
const outages = [
  { signal: 'SIGTERM', ms: 0 },
  { signal: 'SIGKILL', ms: 0 },
  { signal: 'SIGKILL', ms: 15_000 },
] as const;

/** Of every eight blows one is of each rarer kind, in an order of chance. */
const eight: readonly Kind[] = [
  'kill',
  'kill',
  'kill',
  'kill',
  'freeze',
  'end Kafka',
  'restart PostgreSQL',
  'end connections',
];

function faultsOf(options: PlanOptions, chance: Chance): InjectedFault[] {
  const kinds: Kind[] = [];
  while (kinds.length < options.kills) kinds.push(...chance.shuffled(eight));
  // Everybody has been a victim before anybody is one again.
  let bag: string[] = [];
  const victim = () => {
    if (bag.length === 0) bag = chance.shuffled(options.victims);
    return bag.pop()!;
  };
  let at = 0;
  return kinds.slice(0, options.kills).map((kind): InjectedFault => {
    at += chance.between(GAP.from, GAP.to);
    switch (kind) {
      case 'kill':
        return { at, kind, victim: victim() };
      case 'freeze':
        return { at, kind, victim: victim(), ms: options.sessionTimeoutMs + chance.between(1_000, 4_000) };
      case 'end Kafka':
        return { at, kind, ...chance.pick(outages) };
      case 'restart PostgreSQL':
        return { at, kind, signal: chance.pick(['SIGINT', 'SIGKILL'] as const) };
      case 'end connections':
        return { at, kind, service: chance.pick(options.services) };
    }
  });
}

/**
 * A service is stopped in order before its schema is restored, and what was called before must be reported by then: a
 * call that nobody has reported is lost with the database (docs/adr/0042). So long nothing is struck before, in
 * milliseconds: until a killed replica's records have come again and its leases are over.
 */
export const UNDISTURBED_MS = 16_000;
/** As long as it takes to stop the services. After that they may be struck, paused or not. */
const RESTORING_MS = 12_000;
/** How old a backup is when it is restored. */
const BACKUP_AGE = { from: 20_000, to: 40_000 };
/** Something must have been read before a backup. */
const FIRST_BACKUP_MS = 3_000;

/** All together, as the backup of one database is restored, and each alone. */
const restorable: readonly (readonly ServiceName[])[] = [
  ['email', 'sms', 'retry', 'reporting'],
  ['email'],
  ['sms'],
  ['retry'],
];

/** Makes room for restores among the faults, at places of chance; all kinds have come before any comes again. */
function withRestores(injected: readonly InjectedFault[], { restores: count }: PlanOptions, chance: Chance) {
  const share = injected.length / count;
  const places = Array.from({ length: count }, (_, index) => Math.floor((index + chance.next()) * share));
  const faults: InjectedFault[] = [];
  const restores: PlannedRestore[] = [];
  let bag: (readonly ServiceName[])[] = [];
  let later = 0;
  const restore = (last: number) => {
    const age = chance.between(BACKUP_AGE.from, BACKUP_AGE.to);
    const at = Math.max(last + UNDISTURBED_MS, FIRST_BACKUP_MS + age);
    if (bag.length === 0) bag = chance.shuffled(restorable);
    restores.push({ backupAt: at - age, at, services: bag.pop()! });
    return at + RESTORING_MS;
  };
  for (let index = 0; index <= injected.length; index += 1) {
    const unshifted = injected[index - 1]?.at ?? 0;
    for (let due = places.filter((place) => place === index).length; due > 0; due -= 1)
      later = restore(Math.max(unshifted + later, ...faults.map(endOf))) - unshifted;
    const fault = injected[index];
    if (fault) faults.push({ ...fault, at: fault.at + later });
  }
  return { faults, restores };
}

/** Also in the baseline an answer takes its time, so that a kill meets calls before, during and after it. */
export const baselineWeather = { latencyMs: 200 };

function outagesOf(provider: Outage['provider'], ms: number, options: PlanOptions, chance: Chance): Outage[] {
  const outages: Outage[] = [];
  // Every weather has come before any comes again.
  let bag: Weather[] = [];
  for (let at = chance.between(500, 2_000); at < ms;) {
    const lasting = chance.between(1_000, 4_000);
    const share = chance.pick([0.1, 0.3, 1]);
    if (bag.length === 0) bag = chance.shuffled([...weather(options.callTimeoutMs), ...own[provider]]);
    const { name, ...fault } = bag.pop()!;
    outages.push({ at, ms: lasting, provider, name, fault: { rate: share, ...fault } });
    at += lasting + chance.between(BASELINE.from, BASELINE.to);
  }
  return outages;
}

type Weather = { name: string } & Record<string, unknown>;

const weather = (callTimeoutMs: number): Weather[] => [
  { name: 'answers 500', status: 500 },
  { name: 'answers 503', status: 503 },
  { name: 'answers 429', status: 429, retryAfterSeconds: 1 },
  { name: 'refuses connections', refuse: true },
  { name: 'takes messages and drops the answer', acceptThenDrop: true, latencyMs: 100 },
  { name: 'takes messages and cuts the answer off', cutAnswer: true, latencyMs: 100 },
  // All of them slow would only keep every slot of the consumer busy.
  { name: 'answers past the time-out', latencyMs: callTimeoutMs + 700, rate: 0.3 },
  { name: 'repeats its webhooks', webhooks: 'duplicate', rate: 1, ...baselineWeather },
  { name: 'delays its webhooks', webhooks: 'delay', webhookDelayMs: 3_000, rate: 1, ...baselineWeather },
];

/**
 * Without its callback only a look-up in Twilio's list, or policy, can settle a lost answer. SendGrid repeats its
 * webhooks for hours.
 */
const own: Record<Outage['provider'], Weather[]> = {
  sendgrid: [],
  twilio: [
    {
      name: 'takes messages and tells nothing of them, ever',
      acceptThenDrop: true,
      latencyMs: 100,
      webhooks: 'drop',
      rate: 0.3,
    },
  ],
};
