import type { Problem } from '#libs/runtime';
import { HttpException } from '@nestjs/common';

/** Whole seconds, as Retry-After has them. */
export const secondsOf = (waitMs: number): number => Math.max(1, Math.ceil(waitMs / 1000));

export const tooManyRequests = (seconds: number): HttpException =>
  tooMany('too many requests of this caller', seconds, 'and ask less often; REPORTING_RATE_PER_MINUTE sets how often');

export const tooManyFailures = (seconds: number): HttpException =>
  tooMany(
    'too many attempts with keys or tokens that are not accepted came from this address',
    seconds,
    'and correct the key first',
  );

function tooMany(message: string, seconds: number, further: string): HttpException {
  const problem: Problem = {
    code: 'MSG_TOO_MANY_REQUESTS',
    message,
    remedy: `Wait ${seconds} s, as Retry-After says, ${further}.`,
  };
  return new HttpException(problem, 429);
}
