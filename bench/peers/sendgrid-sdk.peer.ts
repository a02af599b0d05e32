/** `@sendgrid/mail` as it comes, with its own HTTP client. */
import sendgrid from '@sendgrid/mail';
import sendgridClient from '@sendgrid/client';
import { tell } from '../foundation/tell.ts';
import { loop } from './loop.ts';
import { requestOf } from './mail.ts';
import { onGo, order } from './order.ts';

// The package's types forget that the default instance carries its class.
const { Client } = sendgridClient as unknown as { Client: new () => typeof sendgridClient };
const client = new Client();
client.setApiKey('SG.bench');
client.setDefaultRequest('baseUrl', `${order.providerUrl}/`);
sendgrid.setClient(client);

const send = (messageId: string, index: number) => {
  const { to, subject, text } = requestOf(messageId, index) as {
    to: { email: string; name: string }[];
    subject: string;
    text: string;
  };
  return sendgrid.send({
    to,
    from: { email: 'no-reply@messaging.test', name: 'Messaging' },
    subject,
    text,
    customArgs: { mi_message_id: messageId },
  });
};
onGo(() => loop(order.messages, order.inFlight, send));
tell({ kind: 'ready' });
