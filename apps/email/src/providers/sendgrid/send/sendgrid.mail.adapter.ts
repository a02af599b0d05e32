import helpers from '@sendgrid/helpers';
import type { MailDataRequired } from '@sendgrid/helpers/classes/mail.js';
import sendgrid from '@sendgrid/mail';

const { Attachment, Mail, Personalization } = helpers.classes;
// The package's types forget that the default instance carries its class.
const { MailService } = sendgrid as unknown as { MailService: new () => typeof sendgrid };

type PersonalizationData = NonNullable<MailDataRequired['personalizations']>[number];

/** A request as the SDK makes it; its `headers` are the mail's own and must not become the call's. */
export interface SdkRequest {
  url: string;
  body: object;
}

/** SendGrid's library builds and checks the mail; what carries the request is our own affair. */
export class MailBuilder {
  private readonly service = new MailService();

  constructor() {
    const givenBack = { request: (request: SdkRequest) => Promise.resolve([request, undefined]) };
    this.service.setClient(givenBack as unknown as Parameters<typeof this.service.setClient>[0]);
  }

  /** @throws what the SDK's own checks throw; their text may quote the mail */
  async requestOf(mail: MailDataRequired): Promise<SdkRequest> {
    const [request] = (await this.service.send(mailOf(mail) as unknown as MailDataRequired)) as unknown as [SdkRequest];
    return request;
  }
}

/**
 * Field by field: given all data at once the SDK copies it three times, which costs as much as the rest of the call,
 * and leaves the content id of an attachment in its own spelling, which SendGrid does not know.
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
  // It takes its own class as well, which its types forget.
  return part as unknown as PersonalizationData;
}
