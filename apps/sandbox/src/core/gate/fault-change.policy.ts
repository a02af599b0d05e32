import { z } from 'zod';
import type { ProviderSimulator } from '../simulator.ts';
import { Fault } from './fault.policy.ts';

/**
 * A body of PUT /_sandbox/faults: a provider that is not named keeps its faults, null ends them; of a list, the first
 * one that matches a request is used.
 */
export function faultChangeOf(simulators: readonly Pick<ProviderSimulator, 'name' | 'faultFields'>[]) {
  const own = Object.assign({}, ...simulators.map(({ faultFields }) => faultFields)) as Record<string, z.ZodType>;
  const fault = Fault.extend(own);
  const faults = z
    .union([fault, z.array(fault).max(50)])
    .nullable()
    .optional();
  return z.strictObject(Object.fromEntries(simulators.map(({ name }) => [name, faults])));
}
export type FaultChange = Readonly<Record<string, Fault | Fault[] | null | undefined>>;
