/** Does something every so many milliseconds, until what it gives back is called. */
export type Every = (ms: number, work: () => void) => () => void;

export const every: Every = (ms, work) => {
  const timer = setInterval(work, ms);
  return () => clearInterval(timer);
};
