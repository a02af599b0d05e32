import { describe, expect, it } from '@jest/globals';
import { readable } from './log-files.ts';

describe('a log line as a person reads it', () => {
  it('is message and error of a JSON line', () => {
    expect(readable('{"level":50,"msg":"cannot start","err":{"message":"EMAIL_FROM is not set"}}')).toBe(
      'cannot start: EMAIL_FROM is not set',
    );
  });

  it('is the line itself where it is something else', () => {
    expect(readable('FATAL: out of memory')).toBe('FATAL: out of memory');
    expect(readable('{"cut off')).toBe('{"cut off');
  });
});
