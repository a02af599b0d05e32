import helpers from '@sendgrid/helpers';
import type { MailDataRequired } from '@sendgrid/helpers/classes/mail.js';
import sendgrid from '@sendgrid/mail';

const { Attachment, Mail, Personalization } = helpers.classes;
// The package's types do not declare that the default instance has its class.
const { MailService } = sendgrid as unknown as { MailService: new () => typeof sendgrid };

type PersonalizationData = NonNullable<MailDataRequired['personalizations']>[number];

/** A request as the SDK builds it; its `headers` belong to the mail and must not become headers of the call. */
export interface SdkRequest {
  url: string;
  body: object;
}

/** Builds and checks mails with SendGrid's SDK; our own HTTP client sends them. */
export class MailBuilder {
  private readonly service = new MailService();

  constructor() {
    const givenBack = { request: (request: SdkRequest) => Promise.resolve([request, undefined]) };
    this.service.setClient(givenBack as unknown as Parameters<typeof this.service.setClient>[0]);
  }

  /** @throws the errors of the SDK's own checks, whose text may quote the mail */
  async requestOf(mail: MailDataRequired): Promise<SdkRequest> {
    const [request] = (await this.service.send(mailOf(mail) as unknown as MailDataRequired)) as unknown as [SdkRequest];
    return request;
  }
}

/**
 * Field by field: from one object the SDK would copy the data three times, which costs as much as the rest of the call,
 * and would write an attachment's content id under a name that SendGrid does not know.
 */
function mailOf(data: MailDataRequired): InstanceType<typeof Mail> {
  const mail = new Mail();
  mail.setFrom(data.from);
  if (data.subject !== undefined) mail.setSubject(data.subject);
  if (data.replyTo !== undefined) mail.setReplyTo(data.replyTo);
  if (data.replyToList !== undefined) mail.setReplyToList([data.replyToList].flat());
  if (data.templateId !== undefined) mail.setTemplateId(data.templateId);
  if (data.headers !== undefined) mail.setHeaders(data.headers);
  if (data.categories !== undefined) mail.setCategories(data.categories);
  if (data.asm !== undefined) mail.setAsm(data.asm);
  if (data.ipPoolName !== undefined) mail.setIpPoolName(data.ipPoolName);
  if (data.trackingSettings !== undefined) mail.setTrackingSettings(data.trackingSettings);
  if (data.mailSettings !== undefined) mail.setMailSettings(data.mailSettings);
  if (data.text !== undefined) mail.addTextContent(data.text);
  if (data.html !== undefined) mail.addHtmlContent(data.html);
  for (const file of data.attachments ?? []) mail.addAttachment(new Attachment(file));
  for (const part of data.personalizations ?? []) mail.addPersonalization(personalizationOf(part));
  return mail;
}

function personalizationOf(data: PersonalizationData): PersonalizationData {
  const part = new Personalization();
  part.setTo(data.to);
  if (data.cc !== undefined) part.setCc(data.cc);
  if (data.bcc !== undefined) part.setBcc(data.bcc);
  if (data.headers !== undefined) part.setHeaders(data.headers);
  if (data.substitutions !== undefined) part.setSubstitutions(data.substitutions);
  if (data.customArgs !== undefined) part.setCustomArgs(data.customArgs);
  if (data.dynamicTemplateData !== undefined) part.setDynamicTemplateData(data.dynamicTemplateData);
  // It also accepts its own class, which its types do not declare.
  return part as unknown as PersonalizationData;
}
