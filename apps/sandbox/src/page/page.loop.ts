/** The second half of the page's script: asks the control API every two seconds, and tells it of faults. */
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

function drawFaults(current) {
  for (const provider of ['sendgrid', 'resend', 'twilio']) {
    const select = $('fault-' + provider);
    const fault = current[provider];
    const name = Object.keys(presets).find((preset) => same(presets[preset], fault));
    select.classList.toggle('active', fault !== null);
    if (document.activeElement !== select) select.value = name || 'custom';
    $('hits-' + provider).textContent = fault && fault.times ? fault.times + ' left' : '';
  }
}

const same = (preset, fault) => preset === null || fault === null ? preset === fault : Object.keys(presetShape).every((key) => (preset[key] ?? presetShape[key]) === (fault[key] ?? presetShape[key]));
const presetShape = { latencyMs: undefined, status: undefined, retryAfterSeconds: undefined, acceptThenDrop: undefined, cutAnswer: undefined, refuse: undefined, webhooks: undefined, rate: 1 };

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

function changeFault(provider, select) {
  const preset = presets[select.value];
  if (preset === undefined) return;
  const times = Number($('times').value) || undefined;
  const body = JSON.stringify({ [provider]: preset && { ...preset, times } });
  select.blur();
  void attempt(() => ask('/_sandbox/faults', { method: 'PUT', headers: { 'content-type': 'application/json' }, body }));
}

for (const provider of ['sendgrid', 'resend', 'twilio']) {
  const select = $('fault-' + provider);
  for (const name of Object.keys(presets)) select.append(new Option(name, name));
  const custom = new Option('Set by the API', 'custom');
  custom.disabled = true;
  select.append(custom);
  select.addEventListener('change', () => changeFault(provider, select));
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
