/** Who enforces a limit on our side, so that the provider never gets a request beyond it. */
export type LimitKeeper =
  /** The schema of the request: a request beyond the limit is rejected with the field. */
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
  /** The provider's name of the field. */
  field: string;
  /** The rule, in plain words. */
  rule: string;
  /** The number, in the unit that the rule names. */
  most?: number;
  keeper: LimitKeeper;
  /** The provider's page that documents it. */
  source: string;
  /** Where the platform allows less or more, or the provider's pages contradict each other. */
  note?: string;
}

/** The limits of one provider, by our names. */
export type LimitTable = Readonly<Record<string, ProviderLimit>>;
