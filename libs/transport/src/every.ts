/**
 * Runs something at an interval in milliseconds.
 * @returns a function that stops it
 */
export type Every = (ms: number, work: () => void) => () => void;

export const every: Every = (ms, work) => {
  const timer = setInterval(work, ms);
  return () => clearInterval(timer);
};
