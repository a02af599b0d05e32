import { z } from 'zod';
import type { CoreConfig } from '../config.ts';
import type { ProviderSimulator } from '../simulator.ts';

const clockSkewSeconds = z
  .number()
  .int()
  .min(-86_400)
  .max(86_400)
  .describe('How far the providers’ clocks go before ours.');

type Setup = Readonly<Record<string, unknown>>;

/** The settings of the accounts: what a key may do, who may send, where replies go; by provider. */
export interface Accounts {
  clockSkewSeconds: number;
  of: Readonly<Record<string, Setup>>;
}

/** A body of PUT /_sandbox/account: what it does not name is not changed. */
export const accountChangeOf = (simulators: readonly ProviderSimulator[]) =>
  z.strictObject({
    clockSkewSeconds: clockSkewSeconds.optional(),
    ...Object.fromEntries(simulators.map(({ name, account }) => [name, account.schema.partial().optional()])),
  });
export type AccountChange = { clockSkewSeconds?: number | undefined } & Readonly<Record<string, unknown>>;

export const standardAccounts = (simulators: readonly ProviderSimulator[], config: CoreConfig): Accounts => ({
  clockSkewSeconds: 0,
  of: Object.fromEntries(simulators.map(({ name, account }) => [name, account.standard(config)])),
});

export function changed(accounts: Accounts, { clockSkewSeconds: skew, ...change }: AccountChange): Accounts {
  const of = Object.entries(accounts.of).map(([name, setup]) => [
    name,
    { ...setup, ...(change[name] as Setup | undefined) },
  ]);
  return {
    clockSkewSeconds: skew ?? accounts.clockSkewSeconds,
    of: Object.fromEntries(of) as Record<string, Setup>,
  };
}
