import { z } from 'zod';
import { type CoreConfig, coreSettings } from './core/config.ts';
import type { ProviderSimulator } from './core/simulator.ts';
import { simulatorCatalogue } from './simulators/catalogue.ts';

/** All settings of the sandbox with these simulators. */
export const sandboxConfigOf = (simulators: readonly ProviderSimulator[]) =>
  z.object({
    ...coreSettings,
    ...(Object.assign({}, ...simulators.map(({ settings }) => settings)) as Record<never, z.ZodType>),
  });

/** All settings of the sandbox. */
export const SandboxConfig = sandboxConfigOf(simulatorCatalogue);
export type SandboxConfig = CoreConfig;
