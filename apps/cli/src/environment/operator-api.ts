import { existsSync, readFileSync } from 'node:fs';
import type { Channel } from '#libs/contracts';
import { reasonOf, CliError } from '../errors.ts';
import { channelServices, channelSetting } from './channel-services.ts';
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

/** The operator APIs of the channels, each on its service's internal port. */
export class OperatorApi {
  private readonly env: Env;

  constructor(env: Env) {
    this.env = env;
  }

  /**
   * @param path below `/v1/`
   * @throws Refused where the service does not do it; CliError where it does not answer
   */
  async call<T>(channel: Channel, method: 'GET' | 'POST', path: string, body?: object): Promise<T> {
    const response = await this.answer(channel, method, path, body);
    return (await response.json()) as T;
  }

  /** As `call`, with the answer as it comes. */
  async answer(channel: Channel, method: 'GET' | 'POST', path: string, body?: object): Promise<Response> {
    const { url, setting } = this.addressOf(channel);
    const headers = { authorization: `Bearer ${this.token}`, ...(body && { 'content-type': 'application/json' }) };
    const response = await fetch(`${url}/v1/${path}`, {
      method,
      headers,
      ...(body && { body: JSON.stringify(body) }),
    }).catch((cause: unknown) => {
      throw new CliError(
        `The ${channel} service at ${url} (${setting}) does not answer: ${reasonOf(cause)}`,
        ['npm start, if it is the local one; npm run status shows it', `correct ${setting}`],
        { cause },
      );
    });
    if (response.ok) return response;
    throw new Refused(response.status, await wordsOf(response));
  }

  private addressOf(channel: Channel): { url: string; setting: string } {
    const setting = channelSetting(channel, 'INTERNAL_URL');
    const port = this.env[channelSetting(channel, 'INTERNAL_PORT')] || channelServices[channel].internalPort;
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
