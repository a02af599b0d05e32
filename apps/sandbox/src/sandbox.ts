import { join } from 'node:path';
import 'reflect-metadata';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import { InvalidConfiguration } from '#libs/contracts';
import type { FastifyReply } from 'fastify';
import { GateService } from './core/gate/gate.service.ts';
import { pageHeaders } from './page/page.policy.ts';
import { MAX_BODY_BYTES } from './core/gate/refusal.policy.ts';
import { isLoopback } from './core/loopback.policy.ts';
import type { CoreConfig } from './core/config.ts';
import type { ProviderSimulator } from './core/simulator.ts';
import { createLogger, type Logger, NestLogger } from '#libs/telemetry';
import { SandboxModule } from './sandbox.module.ts';
import { simulatorCatalogue } from './simulators/catalogue.ts';

export interface Sandbox {
  app: NestFastifyApplication;
  /** Its URL, without a final slash. */
  url: string;
  close(): Promise<void>;
}

const CLOSE_WITHIN_MS = 2_000;

/** The files of the page, in the sources, because the build does not copy them. */
const PAGE = join(import.meta.dirname, '..', 'public').replace(/([/\\])dist\1(?=apps\1sandbox\1public$)/, '$1');

/**
 * Starts a sandbox and resolves when it listens.
 * @throws InvalidConfiguration when other machines could reach it and that was not allowed.
 */
export async function createSandbox(
  config: CoreConfig,
  log: Logger = createLogger('sandbox'),
  simulators: readonly ProviderSimulator[] = simulatorCatalogue,
): Promise<Sandbox> {
  if (!config.SANDBOX_ALLOW_REMOTE && !isLoopback(config.HTTP_HOST)) {
    throw new InvalidConfiguration(
      'HTTP_HOST is not a loopback address: anyone who reaches the sandbox reads every message. Use 127.0.0.1, ' +
        'or set SANDBOX_ALLOW_REMOTE=true',
    );
  }
  const adapter = new FastifyAdapter({ bodyLimit: MAX_BODY_BYTES, forceCloseConnections: 'idle' });
  const running = await Promise.all(
    simulators.map(async (simulator) => ({ simulator, parts: await simulator.load() })),
  );
  const app = await NestFactory.create<NestFastifyApplication>(SandboxModule.with(config, log, running), adapter, {
    logger: new NestLogger(log),
    rawBody: true,
    abortOnError: false,
  });
  app.get(GateService).install(adapter.getInstance());
  app.useStaticAssets({
    root: PAGE,
    wildcard: false,
    cacheControl: false,
    // Nest's type is that of an older version: at run time it is Fastify's reply.
    setHeaders: (reply) => void (reply as unknown as FastifyReply).headers(pageHeaders),
  });
  await app.listen(config.HTTP_PORT, config.HTTP_HOST);
  const url = (await app.getUrl()).replace('[::1]', 'localhost');
  return { app, url, close: () => closed(app) };
}

/** Waits for requests in flight; one whose response a fault delays is cut off. */
async function closed(app: NestFastifyApplication): Promise<void> {
  const cut = setTimeout(() => app.getHttpServer().closeAllConnections(), CLOSE_WITHIN_MS);
  await app.close();
  clearTimeout(cut);
}
