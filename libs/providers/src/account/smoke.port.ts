import type { SettingReader } from './setting-reader.ts';

/** What a trial showed. `unset`: its keys are not there, so nothing was tried. */
export interface Evidence {
  /** As people call it, such as SendGrid. */
  provider: string;
  state: 'proved' | 'failed' | 'unset';
  what: string;
}

/**
 * Makes harmless calls to a provider and says what they proved. Never throws for the provider's or the network's sake.
 * @param read the settings
 * @param at `sandbox`: our stand-in answers, so the channel's own keys are used in place of the provider's test keys
 */
export type SmokeTrial = (read: SettingReader, at: 'live' | 'sandbox') => Promise<Evidence[]>;

/** Evidence in one provider's name. */
export const evidenceOf = (provider: string) => {
  const state = (state: Evidence['state']) => (what: string) => ({ provider, state, what });
  return { unset: state('unset'), failed: state('failed'), proved: state('proved') };
};
