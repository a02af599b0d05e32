import { z } from 'zod';
import { type CoreConfig, coreSettings } from './core/config.ts';
import type { ProviderSimulator } from './core/simulator.ts';
import { simulatorCatalogue } from './simulators/catalogue.ts';

/** Every setting that the sandbox with these simulators reads from its environment. */
export const sandboxConfigOf = (simulators: readonly ProviderSimulator[]) =>
  z.object({
    ...coreSettings,
    ...(Object.assign({}, ...simulators.map(({ settings }) => settings)) as Record<never, z.ZodType>),
  });

/** Every setting that the sandbox reads from its environment. */
export const SandboxConfig = sandboxConfigOf(simulatorCatalogue);
export type SandboxConfig = CoreConfig;
