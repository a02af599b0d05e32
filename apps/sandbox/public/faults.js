/** Faults: shows the active ones as chips; adds or ends one through the control API. */
import { $, ask, attempt, element, ownFields, simulators } from './page.js';

const names = Object.fromEntries(simulators.map(({ name, label }) => [name, label]));
const presets = {
  'Answers after 3 s': { latencyMs: 3000 },
  'Answers after 30 s': { latencyMs: 30000 },
  'Down: 503': { status: 503 },
  'Fails: 500': { status: 500 },
  'Throttles: 429, come again in 5 s': { status: 429, retryAfterSeconds: 5 },
  'Refuses the credentials: 401': { status: 401 },
  'Takes the message, loses the answer': { acceptThenDrop: true },
  'Takes the message, cuts the answer off': { cutAnswer: true },
  'Refuses the connection': { refuse: true },
  'Webhooks lost': { webhooks: 'drop' },
  'Webhooks twice': { webhooks: 'duplicate' },
  'Webhooks 46 times, under new event ids': { webhooks: 'duplicate', webhookCopies: 46, webhookNewIds: true },
  'Webhooks last event first': { webhooks: 'reorder' },
  'Webhooks 10 s late': { webhooks: 'delay', webhookDelayMs: 10000 },
  'Webhooks late, twice and last event first': {
    webhooks: ['delay', 'duplicate', 'reorder'],
    webhookDelayMs: 5000,
    webhookNewIds: true,
  },
};

const seconds = (ms) => (ms < 1000 ? ms + ' ms' : ms / 1000 + ' s');
const webhookWords = {
  drop: () => 'lost',
  duplicate: (fault) => fault.webhookCopies + ' times' + (fault.webhookNewIds ? ' under new ids' : ''),
  reorder: () => 'last event first',
  delay: (fault) => seconds(fault.webhookDelayMs) + ' late',
};
const words = {
  refuse: () => 'refuses the connection',
  status: (fault) => 'answers ' + [fault.status, ...ownFields.map((field) => fault[field])].filter(Boolean).join(' '),
  latencyMs: (fault) => 'answers after ' + seconds(fault.latencyMs),
  acceptThenDrop: () => 'loses the answer',
  cutAnswer: () => 'cuts the answer off',
  webhooks: (fault) =>
    'webhooks ' +
    [fault.webhooks]
      .flat()
      .map((kind) => webhookWords[kind](fault))
      .join(', '),
};

function inWords(fault) {
  const where = fault.where || {};
  return [
    ...Object.keys(words)
      .filter((part) => fault[part])
      .map((part) => words[part](fault)),
    where.to && 'to ' + where.to,
    (where.method || where.path) && 'at ' + [where.method, where.path].filter(Boolean).join(' '),
    fault.on === 'all' && 'every kind of request',
    fault.rate < 1 && 'hits ' + Math.round(fault.rate * 100) + ' %',
    fault.times && fault.times + ' left',
  ]
    .filter(Boolean)
    .join(' · ');
}

const listOf = (given) => (given === null ? [] : [given].flat());

async function changeFaults(provider, change) {
  const current = await ask('/_sandbox/faults');
  const list = change(listOf(current[provider]));
  const body = JSON.stringify({ [provider]: list.length === 0 ? null : list });
  await ask('/_sandbox/faults', { method: 'PUT', headers: { 'content-type': 'application/json' }, body });
}

function chip(provider, fault) {
  const item = element('li', 'chip');
  const end = element('button', 'end', '×');
  end.type = 'button';
  end.setAttribute('aria-label', 'End this fault of ' + names[provider]);
  const same = JSON.stringify({ ...fault, times: 0 });
  end.addEventListener(
    'click',
    () =>
      void attempt(() =>
        changeFaults(provider, (list) => list.filter((one) => JSON.stringify({ ...one, times: 0 }) !== same)),
      ),
  );
  item.append(element('strong', '', names[provider]), element('span', '', inWords(fault)), end);
  return item;
}

let drawnFaults = '';
export function drawFaults(current) {
  const now = JSON.stringify(current);
  if (now === drawnFaults) return;
  drawnFaults = now;
  const chips = Object.keys(names).flatMap((provider) =>
    listOf(current[provider]).map((fault) => chip(provider, fault)),
  );
  $('faults').replaceChildren(...chips);
  $('faults').hidden = chips.length === 0;
  $('calm').hidden = chips.length > 0;
}

function showForm(shown) {
  $('fault-form').hidden = !shown;
  $('fault-open').hidden = shown;
  $('fault-open').setAttribute('aria-expanded', String(shown));
  $(shown ? 'fault-provider' : 'fault-open').focus();
}

function asked() {
  const where = { to: $('fault-to').value.trim() || undefined, path: $('fault-path').value.trim() || undefined };
  return {
    ...presets[$('fault-what').value],
    on: $('fault-on').value || undefined,
    rate: Number($('fault-rate').value),
    times: Number($('fault-times').value) || undefined,
    where: where.to || where.path ? where : undefined,
  };
}

for (const { name, label } of simulators) $('fault-provider').append(new Option(label, name));
for (const name of Object.keys(presets)) $('fault-what').append(new Option(name, name));
$('fault-open').addEventListener('click', () => showForm(true));
$('fault-cancel').addEventListener('click', () => showForm(false));
$('fault-form').addEventListener('submit', (event) => {
  event.preventDefault();
  void attempt(async () => {
    // The newest comes first: the first fault that matches a request is used.
    await changeFaults($('fault-provider').value, (list) => [asked(), ...list]);
    showForm(false);
  });
});
