/** Starts the page, and queries the control API every two seconds. */
import { drawFaults } from './faults.js';
import { draw, found, SHOWN, state } from './inbox.js';
import { $, ask, attempt, element, simulators } from './page.js';

async function messages() {
  const query = new URLSearchParams({ limit: String(SHOWN) });
  if (state.provider) query.set('provider', state.provider);
  const listed = await ask('/_sandbox/messages?' + query);
  const search = state.search.trim();
  if (search && !listed.messages.some(found)) {
    query.set('reference', search);
    listed.messages.push(...(await ask('/_sandbox/messages?' + query)).messages);
  }
  return listed;
}

async function refresh() {
  try {
    const [listed, faults] = await Promise.all([messages(), ask('/_sandbox/faults')]);
    drawFaults(faults);
    const seen = JSON.stringify(listed) + state.search;
    if (seen !== state.seen) {
      Object.assign(state, { seen, messages: listed.messages, total: listed.total });
      draw();
    }
    live(true, 'Live');
  } catch {
    live(false, 'Not reachable');
  }
}

function live(on, text) {
  $('pulse').className = 'dot ' + (on ? 'on' : 'off');
  if ($('live').textContent !== text) $('live').textContent = text;
}

for (const { name, label } of simulators) {
  const tab = element('button', '', label);
  tab.type = 'button';
  tab.dataset.provider = name;
  tab.setAttribute('aria-pressed', 'false');
  $('tabs').append(tab);
}
for (const button of document.querySelectorAll('[data-provider]')) {
  button.addEventListener('click', () => {
    state.provider = button.dataset.provider;
    for (const other of document.querySelectorAll('[data-provider]'))
      other.setAttribute('aria-pressed', String(other === button));
    void refresh();
  });
}
$('search').addEventListener('input', (event) => {
  state.search = event.target.value;
  draw();
  void refresh();
});
$('clear').addEventListener('click', () => {
  if (state.total === 0 || confirm('Forget all ' + state.total + ' messages? Their webhooks stop too.'))
    void attempt(() => ask('/_sandbox/messages', { method: 'DELETE' }));
});
document.addEventListener('keydown', (event) => {
  if (event.key === 'Escape' && state.selected) {
    state.selected = null;
    draw();
  }
});
document.addEventListener('refresh', () => void refresh());
document.addEventListener('visibilitychange', () => {
  if (!document.hidden) void refresh();
});
setInterval(() => {
  if (!document.hidden) void refresh();
}, 2000);
void refresh();
