import { Injectable } from '@nestjs/common';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { AccountService } from '../account/account.service.ts';
import { Simulators } from '../simulators.service.ts';
import type { Fault } from './fault.policy.ts';
import { FaultService } from './fault.service.ts';
import { give } from './give.ts';
import { classify, recipientsOf } from './request.policy.ts';
import { failureResponse, isTooLarge } from './refusal.policy.ts';

const faults = new WeakMap<FastifyRequest, Fault>();

/** The fault that applies to this request. */
export const faultOf = (request: FastifyRequest): Fault | null => faults.get(request) ?? null;

/** Runs before the providers' APIs: limits the size of bodies and applies faults. */
@Injectable()
export class GateService {
  constructor(
    private readonly faults: FaultService,
    private readonly accounts: AccountService,
    private readonly simulators: Simulators,
  ) {}

  install(server: FastifyInstance): void {
    server.addHook('onRequest', (request, reply, done) => this.enter(request, reply, done));
    server.addHook('preHandler', (request, reply, done) => this.refuse(request, reply, done));
    server.addHook('onSend', (request, reply, payload, done) => this.leave(request, reply, payload, done));
    server.addHook('onRequest', (request, reply, done) => this.tellTime(request, reply, done));
  }

  private enter(request: FastifyRequest, reply: FastifyReply, done: () => void): void {
    withoutBody(request);
    const asked = classify(request.method, request.url, this.simulators.all);
    const fault = asked && this.faults.take(asked);
    if (fault) faults.set(request, fault);
    if (fault?.refuse) {
      hangUp(request, reply);
      return;
    }
    if (isTooLarge(request.url, Number(request.headers['content-length'] ?? 0), this.simulators.all)) {
      drain(request, () =>
        give(reply, failureResponse({ url: request.url, status: 413, now: Date.now() }, this.simulators.all)),
      );
      return;
    }
    done();
  }

  /** Sets another Date header, where the account's settings ask for a clock difference. */
  private tellTime(request: FastifyRequest, reply: FastifyReply, done: () => void): void {
    const { clockSkewSeconds } = this.accounts;
    if (clockSkewSeconds !== 0 && classify(request.method, request.url, this.simulators.all))
      reply.header('date', new Date(Date.now() + clockSkewSeconds * 1_000).toUTCString());
    done();
  }

  private refuse(request: FastifyRequest, reply: FastifyReply, done: () => void): void {
    const asked = classify(request.method, request.url, this.simulators.all);
    const fault = faultOf(request) ?? (asked && this.faults.take(asked, recipientsOf(request.body)));
    if (fault) faults.set(request, fault);
    if (fault?.refuse) return hangUp(request, reply);
    if (fault?.status === undefined) return done();
    give(
      reply,
      failureResponse({ url: request.url, status: fault.status, now: Date.now(), fault }, this.simulators.all),
    );
  }

  private leave(
    request: FastifyRequest,
    reply: FastifyReply,
    payload: unknown,
    done: (error?: null, payload?: unknown) => void,
  ): void {
    const fault = faultOf(request);
    if (!fault) return done(null, payload);
    const go = () => {
      if (reply.statusCode < 300 && fault.acceptThenDrop) request.raw.socket.destroy();
      else if (reply.statusCode < 300 && fault.cutAnswer) cut(request, reply, payload);
      else done(null, payload);
    };
    if (fault.latencyMs) setTimeout(go, fault.latencyMs).unref();
    else go();
  }
}

/** Some SDKs set a content type on requests without a body, which Fastify would refuse and the providers do not. */
function withoutBody({ headers }: FastifyRequest): void {
  if (Number(headers['content-length'] ?? 0) === 0 && headers['transfer-encoding'] === undefined)
    delete headers['content-type'];
}

function hangUp(request: FastifyRequest, reply: FastifyReply): void {
  reply.hijack();
  request.raw.socket.destroy();
}

/** Announces the full length and sends half of the response. */
function cut(request: FastifyRequest, reply: FastifyReply, payload: unknown): void {
  const whole = Buffer.from(typeof payload === 'string' ? payload : '');
  reply.raw.writeHead(reply.statusCode, {
    'content-type': 'application/json',
    'content-length': Math.max(whole.length, 1),
  });
  reply.raw.write(whole.subarray(0, whole.length >> 1), () => request.raw.socket.destroy());
}

/** Reads the rest first: closing while the client still writes would reset the connection and lose the 413. */
function drain(request: FastifyRequest, then: () => void): void {
  request.raw.once('end', then);
  request.raw.resume();
}
