import { existsSync, readFileSync } from 'node:fs';
import type { Channel } from '#libs/contracts';
import { reasonOf, CliError } from '../errors.ts';
import { channelServices, channelSetting, RETRY_PORT } from './channel-services.ts';
import { dataDirOf, type Env } from './env.ts';
import { layoutOf } from './layout.ts';

/** A refusal, in the service's own words. */
export class Refused extends Error {
  readonly status: number;

  constructor(status: number, message: string) {
    super(message);
    this.status = status;
  }
}

/** A service with an operator API. */
export type OperatedService = Channel | 'retry';

/** The operator APIs of the services; those of the channels are on their internal ports. */
export class OperatorApi {
  private readonly env: Env;

  constructor(env: Env) {
    this.env = env;
  }

  /**
   * @param path below `/v1/`
   * @throws Refused where the service does not do it; CliError where it does not answer
   */
  async call<T>(service: OperatedService, method: 'GET' | 'POST', path: string, body?: object): Promise<T> {
    const response = await this.answer(service, method, path, body);
    return (await response.json()) as T;
  }

  /** As `call`, with the answer as it comes. */
  async answer(service: OperatedService, method: 'GET' | 'POST', path: string, body?: object): Promise<Response> {
    const { url, setting } = this.addressOf(service);
    const headers = { authorization: `Bearer ${this.token}`, ...(body && { 'content-type': 'application/json' }) };
    const response = await fetch(`${url}/v1/${path}`, {
      method,
      headers,
      ...(body && { body: JSON.stringify(body) }),
    }).catch((cause: unknown) => {
      throw new CliError(
        `The ${service} service at ${url} (${setting}) does not answer: ${reasonOf(cause)}`,
        ['npm start, if it is the local one; npm run status shows it', `correct ${setting}`],
        { cause },
      );
    });
    if (response.ok) return response;
    throw new Refused(response.status, await wordsOf(response));
  }

  private addressOf(service: OperatedService): { url: string; setting: string } {
    // Retry takes no webhooks: it has one port, which is an inner one.
    const isRetry = service === 'retry';
    const setting = isRetry ? 'RETRY_URL' : channelSetting(service, 'INTERNAL_URL');
    const port = isRetry
      ? this.env['RETRY_PORT'] || RETRY_PORT
      : this.env[channelSetting(service, 'INTERNAL_PORT')] || channelServices[service].internalPort;
    return { url: (this.env[setting] || `http://127.0.0.1:${port}`).replace(/\/$/, ''), setting };
  }

  private get token(): string {
    const file = layoutOf(dataDirOf(this.env)).operatorToken;
    // Several tokens may be valid during a rotation.
    return this.env['OPERATOR_TOKEN']?.split(',')[0] || (existsSync(file) ? readFileSync(file, 'utf8').trim() : '');
  }
}

async function wordsOf(response: Response): Promise<string> {
  const body = (await response.json().catch(() => ({}))) as { message?: string; remedy?: string };
  return `${body.message ?? `status ${response.status}`}${body.remedy ? `\n${body.remedy}` : ''}`;
}
