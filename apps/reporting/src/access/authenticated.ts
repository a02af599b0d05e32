import type { Problem } from '#libs/runtime';
import type { Caller } from './caller.policy.ts';

/** Who calls; or why that is not accepted, `known`: although it is known who calls. */
export type Authenticated = { caller: Caller } | { refused: Problem; known?: true };
