import type { SettingReader } from './setting-reader.ts';

/** The result of a smoke test. `unset`: its keys are not set, so nothing was called. */
export interface Evidence {
  /** As people call it, such as SendGrid. */
  provider: string;
  state: 'proved' | 'failed' | 'unset';
  what: string;
}

/**
 * Makes harmless calls to a provider and returns what they showed. Never throws for a failure of the provider or the
 * network.
 * @param read the settings
 * @param at `sandbox`: the sandbox answers in place of the provider, so the channel's keys are used instead of the
 * provider's test keys
 */
export type SmokeTrial = (read: SettingReader, at: 'live' | 'sandbox') => Promise<Evidence[]>;

/** Results under one provider's name. */
export const evidenceOf = (provider: string) => {
  const state = (state: Evidence['state']) => (what: string) => ({ provider, state, what });
  return { unset: state('unset'), failed: state('failed'), proved: state('proved') };
};
