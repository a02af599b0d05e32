import { expect, it } from '@jest/globals';
import { isLoopback } from './loopback.policy.ts';

it.each(['127.0.0.1', '127.8.8.8', 'localhost', '::1', '[::1]'])(
  'considers %s reachable by this machine only',
  (host) => {
    expect(isLoopback(host)).toBe(true);
  },
);

it.each(['0.0.0.0', '::', '192.168.1.4', '127.0.0.1.example.org', 'example.org', ''])(
  'considers %s reachable by others',
  (host) => {
    expect(isLoopback(host)).toBe(false);
  },
);
