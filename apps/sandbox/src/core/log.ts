import type { LoggerService } from '@nestjs/common';
import { pino, type Logger } from 'pino';

export type SandboxLog = Logger;

/** Injection token of the log. */
export const SANDBOX_LOG = Symbol('sandbox log');

/** JSON lines on stdout. Callers pass ids, counts and codes, never an address or content. */
export function createLog(level = 'info'): SandboxLog {
  return pino({
    level,
    base: { service: 'sandbox' },
    messageKey: 'message',
    timestamp: () => `,"time":"${new Date().toISOString()}"`,
    formatters: { level: (label) => ({ level: label }) },
  });
}

/** Nest's own lines in the same log. */
export class NestLog implements LoggerService {
  private readonly logger: SandboxLog;

  constructor(logger: SandboxLog) {
    this.logger = logger;
  }

  log(message: unknown, context?: string): void {
    this.logger.debug({ context }, String(message));
  }

  warn(message: unknown, context?: string): void {
    this.logger.warn({ context }, String(message));
  }

  error(message: unknown, ...more: unknown[]): void {
    // The text of an error may quote a request: its name and place are enough to find it.
    const name = message instanceof Error ? message.name : 'Error';
    this.logger.error({ name, context: more.at(-1) }, 'nest reported an error');
  }
}
