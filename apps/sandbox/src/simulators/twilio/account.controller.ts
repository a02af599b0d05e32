import type { AccountSetup } from './setup.policy.ts';
import { Controller, Get, Inject, Param, Post, Query, Res } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { AccountService } from '../../core/account/account.service.ts';
import type { Answer } from '../../core/response.ts';
import { give } from '../../core/gate/give.ts';
import { SANDBOX_CONFIG } from '../../core/config.ts';
import type { SandboxConfig } from './settings.ts';
import { NumberChange, numberOf, type Service, ServiceChange, serviceNumbersOf, serviceOf } from './account.policy.ts';
import { checkAccount } from './auth.policy.ts';
import { notFound, refusal } from './error.policy.ts';
import { API } from './messages/resource.policy.ts';

/** Twilio's account: its numbers and messaging services, and where replies to them are posted. */
@Controller()
export class TwilioAccountController {
  private readonly since = Date.now();

  constructor(
    @Inject(SANDBOX_CONFIG) private readonly config: SandboxConfig,
    private readonly accounts: AccountService,
  ) {}

  @Get(`${API}/Accounts/:account/IncomingPhoneNumbers.json`)
  numbers(@Res() reply: FastifyReply, @Query('PhoneNumber') wanted?: string): void {
    this.answer(reply, () => {
      const found = this.own.numbers.filter(({ number }) => wanted === undefined || number.includes(wanted));
      const uri = `${API}/Accounts/${this.sid}/IncomingPhoneNumbers.json?PageSize=50&Page=0`;
      const page = {
        end: Math.max(0, found.length - 1),
        first_page_uri: uri,
        next_page_uri: null,
        page: 0,
        page_size: 50,
        previous_page_uri: null,
        start: 0,
        uri,
      };
      return {
        status: 200,
        body: { ...page, incoming_phone_numbers: found.map((number) => numberOf(number, this.sid, this.since)) },
      };
    });
  }

  @Post(`${API}/Accounts/:account/IncomingPhoneNumbers/:sid.json`)
  changeNumber(@Res() reply: FastifyReply, @Param('sid') sid: string): void {
    this.answer(reply, ({ body, url }) => {
      const number = this.own.numbers.find((one) => one.sid === sid);
      const change = NumberChange.safeParse(body);
      if (!number) return notFound(url);
      if (!change.success) return refusal(21402, { message: 'Sms URL is not valid' });
      const after = { ...number, inboundUrl: change.data.SmsUrl ?? number.inboundUrl };
      this.accounts.change({ twilio: { numbers: this.own.numbers.map((one) => (one.sid === sid ? after : one)) } });
      return { status: 200, body: numberOf(after, this.sid, this.since) };
    });
  }

  @Get('v1/Services/:sid')
  service(@Res() reply: FastifyReply, @Param('sid') sid: string): void {
    this.ofService(reply, sid, (service, base) => ({
      status: 200,
      body: serviceOf(service, this.sid, base, this.since),
    }));
  }

  @Post('v1/Services/:sid')
  changeService(@Res() reply: FastifyReply, @Param('sid') sid: string): void {
    this.ofService(reply, sid, (service, base) => {
      const change = ServiceChange.safeParse(reply.request.body);
      if (!change.success) return refusal(21714, { message: 'InboundRequestUrl is not valid' });
      const asked = change.data.InboundRequestUrl;
      const after = { ...service, inboundUrl: asked === undefined ? service.inboundUrl : asked || null };
      this.accounts.change({ twilio: { services: this.own.services.map((one) => (one.sid === sid ? after : one)) } });
      return { status: 200, body: serviceOf(after, this.sid, base, this.since) };
    });
  }

  @Get('v1/Services/:sid/PhoneNumbers')
  serviceNumbers(@Res() reply: FastifyReply, @Param('sid') sid: string): void {
    this.ofService(reply, sid, (service, base) => ({
      status: 200,
      body: serviceNumbersOf(service, this.own.numbers, this.sid, base, this.since),
    }));
  }

  private get own() {
    return this.accounts.of<AccountSetup>('twilio');
  }

  private get sid(): string {
    return this.config.SANDBOX_TWILIO_ACCOUNT_SID;
  }

  /** @param work also gets the URL that was called, because the resource contains its own */
  private ofService(reply: FastifyReply, sid: string, work: (service: Service, base: string) => Answer): void {
    this.answer(reply, ({ headers, url }) => {
      const service = this.own.services.find((one) => one.sid === sid);
      return service ? work(service, `http://${headers.host ?? 'localhost'}`) : notFound(url);
    });
  }

  private answer(reply: FastifyReply, work: (request: FastifyRequest) => Answer): void {
    const { headers, url } = reply.request;
    const account = { sid: this.sid, token: this.config.SANDBOX_TWILIO_AUTH_TOKEN };
    give(reply, checkAccount(headers.authorization, account, url, this.own) ?? work(reply.request));
  }
}
