/** The last part of the page's script: asks the control API every two seconds, and starts it all. */
export const loop = String.raw`
async function ask(path, options) {
  const answer = await fetch(path, options);
  const body = answer.status === 204 ? null : await answer.json();
  if (!answer.ok) throw new Error(body.errors.map((error) => error.field + ': ' + error.message).join('; '));
  return body;
}

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

async function attempt(work) {
  $('problem').hidden = true;
  try {
    await work();
  } catch (error) {
    $('problem').textContent = error.message;
    $('problem').hidden = false;
  }
  await refresh();
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
    for (const other of document.querySelectorAll('[data-provider]')) other.setAttribute('aria-pressed', String(other === button));
    void refresh();
  });
}
$('search').addEventListener('input', (event) => { state.search = event.target.value; draw(); void refresh(); });
$('clear').addEventListener('click', () => {
  if (state.total === 0 || confirm('Forget all ' + state.total + ' messages? Their webhooks stop too.')) void attempt(() => ask('/_sandbox/messages', { method: 'DELETE' }));
});
document.addEventListener('keydown', (event) => { if (event.key === 'Escape' && state.selected) { state.selected = null; draw(); } });
document.addEventListener('visibilitychange', () => { if (!document.hidden) void refresh(); });
setInterval(() => { if (!document.hidden) void refresh(); }, 2000);
void refresh();
`;
