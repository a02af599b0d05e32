/** An alert, with the page that says what to do about it. */
export interface Alert {
  /** `Messaging…`, as the mixins of Prometheus are named. */
  name: string;
  /** critical: somebody must act now; warning: in working hours. */
  severity: 'critical' | 'warning';
  /** PromQL: fires where it has a result. */
  expr: string;
  /** How long it must be so before it fires, such as `5m`. */
  for: string;
  /** Labels that tell alerts of one name apart, besides those of the result. */
  labels?: Record<string, string>;
  /** One line, without values. */
  summary: string;
  /** One or two sentences with labels and value, in Prometheus's templates. */
  description: string;
  runbook: {
    /** What it means for messages. */
    means: string;
    /** Where to look, in this order. */
    look: readonly string[];
    /** What to do. */
    act: readonly string[];
  };
}

/** A rule that computes a series of its own. */
export interface RecordingRule {
  /** `level:metric:operation`. */
  record: string;
  expr: string;
}
