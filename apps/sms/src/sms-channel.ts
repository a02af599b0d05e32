import {
  type Failure,
  type FieldError,
  phoneIdentity,
  readPhoneNumber,
  senderScope,
  SmsRequested,
} from '#libs/contracts';
import { type Provider, providerRules, templateOwner, type TextSize } from '#libs/providers';
import {
  type Addressee,
  ChannelPort,
  type Fingerprint,
  type SuppressionScopes,
  type Rendered,
  type Screened,
  type ResendPlan,
} from '#libs/delivery';
import type { Templates } from '#libs/templates';
import { sizeOf } from './content/segments.policy.ts';
import { type MediaLimits, mediaProblems } from './content/media.policy.ts';
import type { ResendPlans } from './conversation/resend-plans.port.ts';
import { type SmsCatalogue, smsCatalogue } from './providers/catalogue.ts';
import type { ContentTemplateRules } from './providers/definition.ts';
import { type NumberCheck, type Phone, readPhone } from './recipient/phone.policy.ts';
import { refusalOf, type SendingRules } from './refusal.policy.ts';
import type { ScreeningService } from './screening.service.ts';
import { type KindOfSender, senderKindsOf } from './sender/sender-kind.policy.ts';
import { type FittingSenders, fittingSenders, type SenderRule, unfit } from './sender/sender-map.policy.ts';
import type { SmsMessage } from './sms-message.ts';

export interface SmsRules extends SendingRules {
  senders: readonly SenderRule[];
  /** For SMS and MMS, and for WhatsApp, in the order of preference. */
  standard: { text: readonly string[]; whatsapp: readonly string[] };
  numberCheck: Exclude<NumberCheck, 'theirs'>;
  smartEncoding: boolean;
  /** The rules of each provider in use. */
  media: readonly MediaLimits[];
  /** Of each provider in use, the preferred one first. */
  templates: readonly ContentTemplateRules[];
}

const noProvider = { field: 'template.name', rule: 'names a template of a provider that sends no SMS here' };

export interface SmsChannelOptions {
  /** In the order of preference. */
  providers: readonly Provider<SmsMessage>[];
  rules: SmsRules;
  screening: Pick<ScreeningService, 'screen'>;
  templates: Pick<Templates, 'render'>;
  resendPlans: Pick<ResendPlans, 'keep'>;
  /** The providers that requests may name, including those without access; default: all. */
  catalogue?: SmsCatalogue;
}

/** The SMS channel's part of the delivery engine, for SMS, MMS and WhatsApp. */
export class SmsChannel extends ChannelPort<SmsRequested, SmsMessage> {
  readonly channel = 'sms';
  readonly schema = SmsRequested;
  readonly providers: readonly Provider<SmsMessage>[];
  private readonly rules: SmsRules;
  private readonly catalogue: SmsCatalogue;
  private readonly providerProblems: (request: SmsRequested) => FieldError[];
  private readonly kindOfSender: KindOfSender;
  private readonly ours: Pick<Templates, 'render'>;
  private readonly screening: Pick<ScreeningService, 'screen'>;
  private readonly resendPlans: Pick<ResendPlans, 'keep'>;
  /** Cached, because each number is parsed for the checks and again for the message, and parsing is slow. */
  private readonly phones = new WeakMap<SmsRequested, Phone>();

  constructor({ providers, rules, screening, templates, resendPlans, catalogue = smsCatalogue }: SmsChannelOptions) {
    super();
    this.providers = providers;
    this.rules = rules;
    this.screening = screening;
    this.ours = templates;
    this.resendPlans = resendPlans;
    this.catalogue = catalogue;
    this.providerProblems = providerRules(catalogue);
    this.kindOfSender = senderKindsOf(catalogue);
  }

  override get providerNames(): readonly string[] {
    return this.catalogue.map(({ name }) => name);
  }

  override problemsOf(request: SmsRequested): FieldError[] {
    const { region, problem } = this.phoneOf(request);
    const misfit =
      request.from === undefined
        ? undefined
        : unfit(request.from, { kind: kindOf(request), region }, this.kindOfSender);
    return [
      ...this.providerProblems(request),
      ...(problem === undefined ? [] : [{ field: 'to', rule: problem }]),
      ...(misfit === undefined ? [] : [{ field: 'from', rule: misfit }]),
      ...mediaProblems(kindOf(request), request.mediaUrls ?? [], this.rules.media),
      ...(request.contentTemplate ? this.templateProblems(request.contentTemplate) : []),
    ];
  }

  /** None where one of the providers can send it: which one does is the route's choice. */
  private templateProblems(template: NonNullable<SmsRequested['contentTemplate']>): FieldError[] {
    const each = this.rules.templates.map((rules) => rules.problemsOf(template));
    return each.some((problems) => problems.length === 0) ? [] : (each[0] ?? []);
  }

  toMessage(request: SmsRequested): SmsMessage {
    const kind = kindOf(request);
    const { region } = this.phoneOf(request);
    return {
      ...request,
      // A text is sent to the number in the form of its network; WhatsApp has its own.
      to: kind === 'whatsapp' ? request.to : (readPhoneNumber(request.to)?.number ?? request.to),
      kind,
      region,
      smartEncoding: request.smartEncoding ?? this.rules.smartEncoding,
      ...this.senderFields(this.sendersFor(request, kind, region)),
    };
  }

  override sendersOf({ senders = [] }: SmsMessage): readonly string[] {
    return senders;
  }

  override withSender(message: SmsMessage, sender: string, isLast: boolean): SmsMessage {
    return { ...message, ...this.fromFields(sender), hasOtherSender: !isLast };
  }

  override refuse(message: SmsMessage): Failure | undefined {
    return refusalOf(message, this.rules);
  }

  override screen = async (message: SmsMessage): Promise<Screened<SmsMessage>> => {
    const screened = await this.screening.screen(message);
    if (!screened.pass) return screened;
    // Until it is delivered, its sender may turn out not to be able to.
    return screened.message.resendPlan || message.hasOtherSender ? { ...screened, resendPlan: true } : screened;
  };

  override keepResendPlan(id: string, resendPlan: ResendPlan): Promise<void> {
    return this.resendPlans.keep(id, resendPlan);
  }

  override render(message: SmsMessage, pinned: string | undefined): Rendered<SmsMessage> {
    const { template, ...bare } = message;
    if (!template) return { message };
    const owner = templateOwner(template.name, this.catalogue);
    if (owner) {
      if (!this.providers.some(({ name }) => name === owner.provider))
        return { message, canRecover: true, faults: [noProvider] };
      return { message: { ...bare, boundTo: owner.provider, contentTemplate: { ...template, name: owner.id } } };
    }
    const rendering = this.ours.render('sms', template, pinned);
    if (!rendering.rendered) return { message, faults: rendering.faults, canRecover: rendering.gone };
    return { message: { ...bare, body: rendering.content.body }, templateVersion: rendering.version };
  }

  override boundTo(message: SmsMessage): string | undefined {
    return message.boundTo;
  }

  override sizeOf({ kind, body, contentTemplate, smartEncoding = false }: SmsMessage): TextSize | undefined {
    return kind === 'sms' && body !== undefined && !contentTemplate ? sizeOf(body, smartEncoding) : undefined;
  }

  senderOf({ kind, from, messagingService }: SmsMessage): string | undefined {
    return from === undefined ? messagingService : this.addressed(kind, from);
  }

  override addresseeOf({ category, timeZone, region }: SmsMessage): Addressee {
    // A number such as +882 belongs to no country.
    return { category, timeZone, country: region?.startsWith('+') ? undefined : region };
  }

  override suppressionScopesOf(message: SmsMessage): SuppressionScopes {
    return {
      scopes: [
        `kind:${message.kind}`,
        ...(message.category === 'marketing' ? ['marketing'] : []),
        ...this.sendersSpokenFor(message).map(senderScope),
      ],
      past: [],
    };
  }

  override scopeOf(message: SmsMessage, suppressionScopes: Failure['suppressScope']): string {
    if (suppressionScopes === 'channel') return `kind:${message.kind}`;
    const sender = this.senderOf(message);
    return suppressionScopes === 'sender' && sender !== undefined ? senderScope(sender) : 'all';
  }

  override fingerprintOf({
    kind,
    to,
    from,
    messagingService,
    body,
    mediaUrls,
    contentTemplate,
  }: SmsMessage): Fingerprint {
    return {
      participants: [kind === 'whatsapp' ? kind : '', phoneIdentity(to), from ?? messagingService ?? ''],
      contentHash: contentTemplate ? undefined : [body ?? '', String(mediaUrls?.length ?? 0)],
    };
  }

  addressesOf(request: SmsRequested): string[] {
    return [request.to];
  }

  /** Its own sender, and those in whose place that one writes: who has left one of these is not written to. */
  private sendersSpokenFor(message: SmsMessage): string[] {
    const { senders = [] } = message;
    const own = this.senderOf(message);
    if (own === undefined) return [];
    const before = senders.slice(
      0,
      Math.max(
        0,
        senders.findIndex((sender) => this.addressed(message.kind, sender) === own),
      ),
    );
    return [...before.map((sender) => this.addressed(message.kind, sender)), own];
  }

  private sendersFor(request: SmsRequested, kind: SmsMessage['kind'], region: string | undefined): FittingSenders {
    if (request.from !== undefined) return { senders: [request.from] };
    const { senders, standard } = this.rules;
    const senderQuery = { to: request.to, region, kind, category: request.category };
    return fittingSenders(
      senderQuery,
      senders,
      kind === 'whatsapp' ? standard.whatsapp : standard.text,
      this.kindOfSender,
    );
  }

  /** A sender as suppressions and holds name it. */
  private addressed(kind: SmsMessage['kind'], sender: string): string {
    return kind === 'whatsapp' && this.kindOfSender(sender) !== 'pool' ? `whatsapp:${sender}` : sender;
  }

  private senderFields({ senders, why }: FittingSenders): SenderFields {
    const [first] = senders;
    return first === undefined
      ? { senders, from: undefined, senderProblem: why }
      : { senders, ...this.fromFields(first) };
  }

  private fromFields(sender: string): Pick<SmsMessage, 'from' | 'messagingService'> {
    return this.kindOfSender(sender) === 'pool'
      ? { from: undefined, messagingService: sender }
      : { from: sender, messagingService: undefined };
  }

  private phoneOf(request: SmsRequested): Phone {
    const known =
      this.phones.get(request) ??
      readPhone(request.to, request.kind === 'whatsapp' ? 'theirs' : this.rules.numberCheck);
    this.phones.set(request, known);
    return known;
  }
}

type SenderFields = Pick<SmsMessage, 'senders' | 'from' | 'messagingService' | 'senderProblem'>;

const kindOf = ({ kind, mediaUrls }: SmsRequested): SmsMessage['kind'] => kind ?? (mediaUrls ? 'mms' : 'sms');
