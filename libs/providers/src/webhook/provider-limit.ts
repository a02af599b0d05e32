/** Who keeps a limit on our side, so that nothing beyond it is asked of the provider. */
export type LimitKeeper =
  /** The schema of the request: beyond it, the request is rejected with the field. */
  | 'schema'
  /** The channel, for a limit of its only provider: the request is rejected with the field. */
  | 'channel'
  /** The adapter: the message is not this provider's to carry; another one may. */
  | 'carry'
  /** The adapter: what upstream gives is written so that the limit holds. */
  | 'written'
  /** What is asked before the call, of the whole or of its files: beyond it nothing is sent. */
  | 'call'
  /** The platform sets it by itself and stays within. */
  | 'own';

/** One limit that a provider documents. */
export interface ProviderLimit {
  /** As the provider calls the field. */
  field: string;
  /** What must hold, in plain words. */
  rule: string;
  /** Its figure, in the unit that the rule names. */
  most?: number;
  keeper: LimitKeeper;
  /** The page of the provider that says so. */
  source: string;
  /** Where the platform promises less or more, or the provider's pages differ. */
  note?: string;
}

/** The limits of one provider, by names of ours. */
export type LimitTable = Readonly<Record<string, ProviderLimit>>;
