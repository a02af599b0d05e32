/** Describes an instrument: `npm run generate` writes docs/metrics.md from all rows. */
export interface InstrumentRow {
  /**
   * Named by OpenTelemetry's semantic conventions where they have a name, else under `mi.` (messaging integrations).
   */
  name: string;
  /** The unit, in OpenTelemetry's notation: `{record}`, `s`. */
  unit: string;
  meaning: string;
  /**
   * Each label and its values: few, since every combination is a time series of its own. Never an id, address or
   * content.
   */
  labels: Record<string, string>;
  /** What an operator does when it grows; undefined where growth is normal. */
  remedy?: string;
}

/** The labels of an instrument, each of them required; undefined: it does not apply here. */
export type LabelsOf<R extends InstrumentRow> = Record<keyof R['labels'] & string, string | undefined>;
