/** What stands still, by what reporting keeps itself. */
export interface Figures {
  /** Dead letters that are neither redriven, discarded nor resolved. */
  openLetters: number;
  /** Records quarantined within a day, by code; other events of webhooks are none of them. */
  quarantined: { code: string; origin: string; records: number }[];
}

/** Reads them. */
export abstract class StatusFigures {
  /** @throws InfrastructureDown when PostgreSQL cannot be reached */
  abstract read(): Promise<Figures>;
}
