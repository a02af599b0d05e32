/**
 * The inbox: lists the messages and shows one. All text of a message is set by `textContent`; the HTML of a mail is
 * shown only in an iframe without scripts, forms or origin.
 */
import { callbackForm } from './callbacks.js';
import { $, ask, element, keyOf, simulators } from './page.js';

export const SHOWN = 200;
export const state = { provider: '', search: '', selected: null, messages: [], total: 0, seen: '' };

function glyph(provider) {
  const box = element('span', 'glyph');
  const svg = document.createElementNS('http://www.w3.org/2000/svg', 'svg');
  svg.setAttribute('viewBox', '0 0 16 16');
  svg.setAttribute('aria-hidden', 'true');
  const path = document.createElementNS('http://www.w3.org/2000/svg', 'path');
  path.setAttribute(
    'd',
    simulators.find(({ name }) => name === provider)?.icon !== 'phone'
      ? 'M2 4h12v9H2zM2 4.5l6 4.5 6-4.5'
      : 'M2.5 3h11v8H7l-3 2.6V11H2.5zM5.5 6h5M5.5 8h3',
  );
  svg.append(path);
  box.append(svg);
  return box;
}

const tones = {
  delivered: 'good',
  read: 'good',
  acknowledged: 'good',
  bounce: 'bad',
  dropped: 'bad',
  undelivered: 'bad',
  failed: 'bad',
  spamreport: 'bad',
  bounced: 'bad',
  suppressed: 'bad',
  complained: 'bad',
  delivery_delayed: 'wait',
  unsubscribe: 'bad',
  deferred: 'wait',
  pending: 'wait',
  none: 'none',
};
const webhookWords = {
  acknowledged: 'webhook taken',
  pending: 'webhook waiting',
  failed: 'webhook lost',
  none: 'no webhook address',
};
const pill = (name, text) => element('span', 'pill ' + (tones[name] || ''), text || name);
const firstLine = (message) =>
  message.subject ||
  message.body ||
  (message.templateId
    ? 'Template ' + message.templateId
    : message.contentSid
      ? 'Content ' + message.contentSid
      : 'No text');

function clock(iso, withDate) {
  const at = new Date(iso);
  const time = at.toLocaleTimeString([], { hour12: false });
  const today = at.toDateString() === new Date().toDateString();
  return withDate || !today ? at.toLocaleDateString() + ' ' + time : time;
}

function row(message) {
  const item = element('li');
  const button = element('button', 'row');
  button.type = 'button';
  button.setAttribute('aria-current', String(keyOf(message) === state.selected));
  button.append(
    glyph(message.provider),
    element('span', 'to clip', mailbox(message.toName, message.to)),
    element('span', 'when', clock(message.acceptedAt)),
    element('span', 'line clip', firstLine(message)),
    pill(message.status),
  );
  button.addEventListener('click', () => {
    state.selected = keyOf(message);
    draw();
    $('detail').scrollTop = 0;
  });
  item.append(button);
  return item;
}

function facts(pairs) {
  const list = element('dl', 'facts');
  for (const [name, value, mono] of pairs) {
    if (value === null || value === undefined || value === '' || value.length === 0) continue;
    list.append(
      element('dt', '', name),
      element('dd', mono ? 'mono' : '', Array.isArray(value) ? value.join(', ') : value),
    );
  }
  return list;
}

async function show(message, frame) {
  frame.srcdoc = message.html;
  if (!(message.attachments || []).some((file) => file.contentId)) return;
  // The images of a mail are loaded only when it is shown.
  await ask('/_sandbox/messages/html?id=' + encodeURIComponent(keyOf(message))).then(
    (answer) => {
      frame.srcdoc = answer.html;
    },
    () => {},
  );
}

function content(message) {
  const box = element('div', 'content');
  if (message.html) {
    const frame = element('iframe');
    frame.setAttribute('sandbox', '');
    frame.title = 'The mail as its reader sees it';
    void show(message, frame);
    box.append(frame);
  } else {
    box.append(element('pre', '', message.text || message.body || firstLine(message)));
  }
  return box;
}

function part(title, ...children) {
  const section = element('section');
  section.append(element('h3', '', title), ...children);
  return section;
}

function events(message) {
  if (message.events.length === 0) return element('p', 'muted', 'Nothing has happened since it was accepted.');
  const list = element('ol', 'events');
  for (const { event, at, webhook } of message.events) {
    const item = element('li');
    item.append(element('strong', '', event), element('span', 'when', clock(at)), pill(webhook, webhookWords[webhook]));
    list.append(item);
  }
  return list;
}

const mailbox = (name, address) => (name ? name + ' <' + address + '>' : address);

function detail(message) {
  const close = element('button', 'quiet close', 'Back to the list');
  close.type = 'button';
  close.addEventListener('click', () => {
    state.selected = null;
    draw();
  });
  const head = element('header');
  head.append(element('h2', '', message.subject || message.to), pill(message.status));
  const files = (message.attachments || []).map(
    (file) =>
      file.filename + ' (' + Math.ceil(file.bytes / 1024) + ' KB' + (file.contentId ? ', in the text' : '') + ')',
  );
  const headers = Object.entries(message.headers || {}).map(([name, value]) => [name, value, true]);
  const parts = [
    close,
    head,
    facts([
      [
        'To',
        mailbox(message.toName, message.to) + (message.kind && message.kind !== 'to' ? ' (' + message.kind + ')' : ''),
      ],
      ['From', message.from ? mailbox(message.fromName, message.from) : 'chosen by the Messaging Service'],
      ['Reply to', message.replyTo],
      ['Accepted', clock(message.acceptedAt, true)],
      ['Message', message.reference, true],
      ['Call', message.callId, true],
      ['Provider id', message.providerMessageId, true],
      ['Recipient id', message.recipientMessageId, true],
      ['Messaging Service', message.messagingServiceSid, true],
      [
        'Error code',
        message.errorCode === null || message.errorCode === undefined ? null : String(message.errorCode),
        true,
      ],
      ['Categories', message.categories],
      ['Attachments', files],
      ['Media', message.mediaUrls, true],
    ]),
    part('Events', events(message)),
    part(message.html ? 'HTML' : 'Text', content(message)),
  ];
  if (message.html && message.text) parts.push(part('Text', content({ text: message.text })));
  if (headers.length > 0) parts.push(part('Custom headers', facts(headers)));
  parts.push(part('Webhook', callbackForm(message)));
  return parts;
}

export function found(message) {
  const wanted = state.search.trim().toLowerCase();
  return (
    !wanted ||
    [
      message.to,
      message.toName,
      message.from,
      message.fromName,
      message.subject,
      message.body,
      message.reference,
      message.callId,
      keyOf(message),
    ].some((value) => value && value.toLowerCase().includes(wanted))
  );
}

export function draw() {
  const shown = state.messages.filter(found);
  const selected = shown.find((message) => keyOf(message) === state.selected);
  const top = $('list').scrollTop;
  $('list').replaceChildren(...shown.map(row));
  $('list').scrollTop = top;
  $('list').hidden = shown.length === 0;
  $('empty').hidden = shown.length > 0;
  $('empty-title').textContent = state.messages.length ? 'No message matches' : 'Nothing was sent yet';
  $('empty-text').textContent = state.messages.length
    ? 'Search looks at the newest ' + SHOWN + ' messages, and at exact message ids in all.'
    : 'Messages appear here as soon as a service sends one to this address.';
  $('detail').hidden = !selected;
  document.querySelector('.panes').classList.toggle('alone', !selected);
  drawDetail(selected);
  const rest = state.total > state.messages.length ? ', the newest ' + state.messages.length + ' shown' : '';
  $('count').textContent = state.total.toLocaleString() + (state.total === 1 ? ' message' : ' messages') + rest;
}

// Redrawn only when it changed: a mail that someone reads must not scroll back every two seconds.
let drawn = '';
function drawDetail(selected) {
  const now = selected ? JSON.stringify(selected) : '';
  if (now === drawn) return;
  drawn = now;
  $('detail').replaceChildren(...(selected ? detail(selected) : []));
}
