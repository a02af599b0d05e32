import type { Moment } from './decision.ts';

/** The moment it is, each time anew. */
export const MOMENT = Symbol('moment');

export const thisMoment = (): Moment => ({ now: Date.now(), jitter: Math.random() });
